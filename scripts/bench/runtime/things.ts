import type { KindRef, KubernetesApi, KubernetesObject } from '../../../src/kubernetes/api.ts';
import { createKubernetesApi } from '../../../src/kubernetes/client.ts';
import { kubeconfigCredentials, loadKubeConfig } from '../../../src/kubernetes/credentials.ts';
import { createTransport } from '../../../src/kubernetes/transport.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { systemClock as clock } from '../../../src/runtime/clock.ts';
import { createReflector } from '../../../src/runtime/reflector.ts';
import { kindRefOf } from '../../../src/runtime/resource.ts';
import { thing, thingBody, thingManifest } from './thing.ts';

const things = kindRefOf(thing);
const crds: KindRef = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
/** So many creates at once keep two cores busy without a queue in front of the API server. */
const CREATORS = 8;
/** Nothing here takes so long, even on a busy machine; a contender that does nothing must not hold the bench. */
const LIMIT_MS = 600_000;

interface Thing extends KubernetesObject {
  readonly spec: { readonly wish: number };
  readonly status?: { readonly done?: number; readonly observedGeneration?: number };
}

/** The bench's own view of the API server: makes things and sees when they are done. */
export interface Things {
  /** Makes things until there are so many. */
  growTo(count: number): Promise<void>;
  /** Resolves when every thing there is shows what it wishes. */
  allDone(count: number): Promise<void>;
  /** Milliseconds from sending a new wish to seeing it done. */
  changeOne(index: number, wish: number): Promise<number>;
  /** Requests that changed things since the API server started. */
  writes(): Promise<number>;
  close(): Promise<void>;
}

export async function openThings(kubeconfig: string): Promise<Things> {
  const credentials = kubeconfigCredentials(() => loadKubeConfig(kubeconfig), clock);
  const transport = createTransport({ credentials, clock, userAgent: 'bench' });
  const api = createKubernetesApi(transport);
  await api.create(crds, '', thingManifest);
  const view = watchThings(api);
  let created = 0;
  return {
    async growTo(count) {
      await Promise.all(
        Array.from({ length: CREATORS }, async () => {
          while (created < count) await api.create(things, 'default', thingBody(nameOf(created++)));
        }),
      );
    },
    allDone: (count) => view.until(() => view.done() >= count),
    async changeOne(index, wish) {
      const name = nameOf(index);
      const sent = clock.monotonic();
      const seen = view.until(() => view.shows(name) === wish);
      await api.mergePatch({ kind: things, namespace: 'default', name }, { spec: { wish } });
      await seen;
      return clock.monotonic() - sent;
    },
    writes: () => countWrites(transport),
    async close() {
      view.close();
      await transport.close();
    },
  };
}

const nameOf = (index: number): string => `thing-${index}`;

function watchThings(api: KubernetesApi) {
  const done = new Map<string, number>();
  const waiting = new Set<{ readonly test: () => boolean; readonly resolve: () => void }>();
  const stop = new AbortController();
  const reflector = createReflector({
    kubernetes: api,
    kind: things,
    clock,
    random: Math.random,
    onChange(change) {
      if (change.type === 'removed') return;
      const { metadata, status } = change.after as Thing; // the view holds nothing else
      if (status?.done === undefined || status.observedGeneration !== metadata.generation) return;
      done.set(metadata.name, status.done);
      for (const one of waiting) if (one.test()) one.resolve();
    },
  });
  reflector.run(stop.signal).catch((error: unknown) => {
    throw error;
  });
  return {
    done: () => done.size,
    shows: (name: string) => done.get(name),
    async until(test: () => boolean): Promise<void> {
      if (test()) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const one = { test, resolve };
      waiting.add(one);
      const timer = setTimeout(() => reject(new Error(`not done within ${LIMIT_MS} ms`)), LIMIT_MS);
      await promise;
      clearTimeout(timer);
      waiting.delete(one);
    },
    close: () => stop.abort(),
  };
}

/** As the API server counts them: also those that changed nothing, which no watch shows. */
async function countWrites(transport: Transport): Promise<number> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await transport.stream(
    { method: 'GET', path: '/metrics', title: 'metrics' },
    10_000,
  ))
    chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const writes = lines.filter((line) =>
    /^apiserver_request_total\{.*resource="things".*verb="(PATCH|APPLY|PUT|POST)"/.test(line),
  );
  return writes.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
