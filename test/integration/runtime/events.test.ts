import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/api.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { EVENTS } from '../../../src/runtime/event-body.ts';
import { createEventRecorder } from '../../../src/runtime/events.ts';
import { environment } from '../../support/environment.ts';
import { apiOver, connect } from '../../support/runtime-bed.ts';

let transport: Transport;

beforeAll(() => {
  transport = connect(environment().kubeconfig);
});
afterAll(() => transport.close());

it('repetitions are one series, and another note is another Event', async () => {
  const api = apiOver(transport);
  const warnings: unknown[] = [];
  const events = createEventRecorder({
    kubernetes: api,
    clock: systemClock,
    log: { info: () => undefined, warn: (fields) => void warnings.push(fields) },
    reporter: { controller: 'es-steward.dev/es-steward', instance: 'test' },
  });
  const metadata = {
    name: `orders-${randomUUID()}`,
    namespace: 'default',
    uid: randomUUID(),
    resourceVersion: '7',
  };
  const orders: KubernetesObject = {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ReindexRequest',
    metadata,
  };
  const copying = (note: string) =>
    events.record(orders, { type: 'Normal', reason: 'Copying', action: 'Copy', note });
  const stop = new AbortController();
  const running = events.run(stop.signal);
  for (const index of ['logs-1', 'logs-1', 'logs-2', 'logs-1']) copying(`copying ${index}`);
  stop.abort();
  await running;
  expect(warnings).toEqual([]);
  const { items } = await api.list<KubernetesObject & { note: string; series?: { count: number } }>(EVENTS, {
    namespace: 'default',
  });
  const found = items
    .filter(({ metadata: { name } }) => name.startsWith(`${metadata.name}.`))
    .map(({ note, series }) => `${note} x${series?.count ?? 1}`);
  expect(found.sort()).toEqual(['copying logs-1 x3', 'copying logs-2 x1']);
});
