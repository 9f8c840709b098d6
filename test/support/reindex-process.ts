import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import { reindexRequestController } from '../../src/controllers/reindex-request/controller.ts';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import type { Engine, Outcome } from '../../src/runtime/engine.ts';
import { Obligations } from '../../src/runtime/obligations.ts';
import { reconcile } from '../../src/runtime/reconcile.ts';
import { LockWatch } from '../../src/controllers/reindex-request/lock-watch.ts';
import { withLaterClocks } from './later-clocks.ts';
import { processParts } from './process-parts.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Around } from './server-calls.ts';
import type { SkippingClock } from './skipping-clock.ts';
import { type ReindexBed, readRequest } from './reindex-bed.ts';

/** One process of the operator as far as a single request needs it: its own memory, clients and engine. */
export interface ReindexProcess {
  readonly events: readonly ResourceEvent[];
  pass(name: string): Promise<Outcome>;
  /** Nothing that runs in it goes on. */
  kill(): void;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly clock: SkippingClock;
  /** Stands around each call of both servers. */
  readonly around?: Around;
  /** What the watch of requests has seen; nothing when absent. */
  readonly requests?: () => readonly ReindexRequest[];
  readonly fewestDocumentsPerRange?: number;
  /** Tells apart processes of two Kubernetes clusters. */
  readonly kubernetesCluster?: string;
  readonly protectedIndices?: readonly string[];
  /** What is waited for beside the passes; nothing when absent. */
  readonly follow?: Engine['follow'];
}

export function startProcess(bed: ReindexBed, options: ProcessOptions): ReindexProcess {
  const { clock } = options;
  const { engine, connections, events, life } = processParts({
    api: bed.api,
    ...options,
    between: (es) => withLaterClocks(es, () => clock.skipped()),
  });
  const obligations = new Obligations({
    // A process that is gone wakes for nothing.
    clock: {
      ...clock,
      sleep: (ms, signal = life.signal) => clock.sleep(ms, AbortSignal.any([signal, life.signal])),
    },
    log: engine.log,
    askApiServer: async () => undefined,
  });
  const controller = reindexRequestController({
    obligations,
    connections,
    locks: new LockWatch({
      monotonic: () => clock.monotonic(),
      cluster: async () => options.kubernetesCluster ?? 'here',
    }),
    requests: options.requests ?? (() => []),
    wake: () => {},
    fewestDocumentsPerRange: options.fewestDocumentsPerRange ?? 50,
  });
  return {
    events,
    pass: (name) => reconcile(engine, controller, { namespace: bed.namespace, name }, life.signal),
    kill: () => life.abort(new Error('killed')),
    close: () => {
      life.abort(new Error('closed'));
      return connections.close();
    },
  };
}

export interface Seen {
  readonly outcome: Outcome;
  readonly request: ReindexRequest | undefined;
}

/** More than any run needs: waiting is skipped, but not what a throttled task of the real server takes. */
const LONGEST_MS = 100_000;

/** One pass after the other, as the queue would run them, until the request is at rest or gone. */
export async function* passes(
  process: ReindexProcess,
  bed: ReindexBed,
  name: string,
  clock: SkippingClock,
  before: () => Promise<void> = async () => {},
): AsyncGenerator<Seen> {
  let last: Seen | undefined;
  const begin = systemClock.monotonic();
  while (systemClock.monotonic() - begin < LONGEST_MS) {
    await before();
    const outcome = await process.pass(name);
    last = { outcome, request: await readRequest(bed, name) };
    yield last;
    const wait = waitOf(outcome);
    if (wait === undefined || onlyRenewsLocks(last)) return;
    clock.skip(wait);
  }
  throw new Error(`${name} does not come to rest`, { cause: last });
}

/** What is suspended gives a sign of life to its locks every few minutes, and rests otherwise. */
function onlyRenewsLocks({ outcome, request }: Seen): boolean {
  const isSuspended = request?.status?.conditions?.some(
    ({ type, status }) => type === 'Suspended' && status === 'True',
  );
  return outcome.type === 'settled' && isSuspended === true;
}

/** Milliseconds until the queue would look again; undefined when it would not. */
function waitOf(outcome: Outcome): number | undefined {
  switch (outcome.type) {
    case 'gone':
    case 'aborted':
      return undefined;
    case 'failed':
      return Math.max(outcome.atLeastMs ?? 0, 1_000);
    case 'conflict':
    case 'fenced':
      return 0;
    case 'again':
    case 'waiting':
    case 'settled':
    case 'stalled':
      break;
  }
  return outcome.afterMs;
}

/** The request when it has come to rest: ended, waiting for a change, or gone. */
export async function settle(
  process: ReindexProcess,
  bed: ReindexBed,
  name: string,
  clock: SkippingClock,
): Promise<ReindexRequest | undefined> {
  let request: ReindexRequest | undefined;
  for await (const seen of passes(process, bed, name, clock)) request = seen.request;
  return request;
}
