import { beforeEach, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { openProcessBed, silentServer } from './process-bed.ts';
import type { ProcessBed } from './process-bed.ts';

// Each with a Lease of its own: one that ends by force keeps it for a while.
let bed: ProcessBed;
beforeEach(async () => {
  bed = await openProcessBed();
});

it('serves probes and metrics under the names that dashboards know', async () => {
  const operator = bed.start();
  await eventually('it is ready', async () => (await operator.get('/readyz')).status === 200 || undefined);
  expect((await operator.get('/healthz')).status).toBe(200);
  await operator.logged('became the leader');
  const { text } = await operator.get('/metrics');
  for (const line of [
    'leader_election_master_status{name="es-steward"} 1',
    'controller_runtime_max_concurrent_reconciles{controller="reindexrequest"} 4',
    'workqueue_depth{name="elasticsearchconnection",controller="elasticsearchconnection"} 0',
    'rest_client_requests_total{method="GET",code="200"}',
    'es_steward_view_age_seconds{controller="reindexrequest"}',
    'es_steward_paused 0',
    'nodejs_eventloop_lag_seconds',
  ])
    expect(text).toContain(line);
});

it('ends in order on SIGTERM and gives the lease away', async () => {
  const operator = bed.start();
  await operator.logged('became the leader');
  const start = performance.now();
  operator.signal('SIGTERM');
  expect(await operator.exited).toBe(0);
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(await bed.holder()).toBe('');
});

it('ends within ten seconds when Elasticsearch hangs in the middle of a pass, and is not ready meanwhile', async () => {
  const elasticsearch = await silentServer();
  const operator = bed.start();
  await operator.logged('became the leader');
  await bed.createConnection('hanging', elasticsearch.url);
  await eventually('a request is under way', () => elasticsearch.asked() > 0);
  const start = performance.now();
  operator.signal('SIGTERM');
  await operator.logged('stopping');
  expect((await operator.get('/readyz')).status).toBe(503);
  expect(await bed.holder()).not.toBe('');
  expect(await operator.exited).toBe(0);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(await bed.holder()).toBe('');
});

it('ends at once on a second signal and keeps the lease, since a pass may be under way', async () => {
  const elasticsearch = await silentServer();
  const operator = bed.start();
  await operator.logged('became the leader');
  await bed.createConnection('hanging-again', elasticsearch.url);
  await eventually('a request is under way', () => elasticsearch.asked() > 0);
  operator.signal('SIGTERM');
  await operator.logged('stopping');
  const start = performance.now();
  operator.signal('SIGTERM');
  expect(await operator.exited).toBe(1);
  expect(performance.now() - start).toBeLessThan(1_000);
  expect(await bed.holder()).not.toBe('');
});
