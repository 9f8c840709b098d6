import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexOf, policyOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import {
  json,
  type Reply,
  type ScenarioElasticsearch,
  startScenarioElasticsearch,
} from '../../../test/support/scenario-elasticsearch.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { createElasticsearch, type ElasticsearchClient } from '../../elasticsearch/client.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { decide } from './decide.ts';
import { createObserve } from './observe.ts';
import { createListings } from './observe-listings.ts';

/** More indexes than a real server makes in the time of a test; the answers have the shapes of a real one. */
const INDICES = 20_000;
const NOW = Date.parse('2026-03-01T00:30:00Z');
const DAY_MS = 86_400_000;

const names = Array.from({ length: INDICES }, (_, at) => {
  const day = new Date(NOW - Math.floor(at / 20) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.');
  return `logs-of-department-${at % 20}-v1-${day}`;
});
const uuidOf = (at: number) => `uuid${String(at).padStart(18, '0')}`;

const text = (body: unknown): Reply => ({
  type: 'text',
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' },
});
const listing = text(
  Object.fromEntries(
    names.map((name, at) => [
      name,
      { aliases: { logs: {} }, settings: { index: { uuid: uuidOf(at), creation_date: '1456790400000' } } },
    ]),
  ),
);
const statistics = text({
  _shards: { successful: INDICES, failed: 0 },
  indices: Object.fromEntries(
    names.map((name, at) => [
      name,
      {
        uuid: uuidOf(at),
        primaries: {
          docs: { count: 1_000 },
          store: { size_in_bytes: 1_000_000 },
          translog: { uncommitted_operations: 0, earliest_last_modified_age: 1 },
        },
        shards: { 0: [{ seq_no: { max_seq_no: 999 } }] },
      },
    ]),
  ),
});
const health = {
  status: 'green',
  timed_out: false,
  number_of_nodes: 3,
  number_of_data_nodes: 3,
  active_primary_shards: INDICES,
  active_shards: INDICES,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
  number_of_pending_tasks: 0,
};
const ANSWERS: Readonly<Record<string, Reply>> = {
  '/*': listing,
  '/_stats/docs,store,translog': statistics,
  '/_cluster/health': json(health),
  '/_snapshot/_status': json({}),
  '/_cluster/state/customs': json({ cluster_uuid: 'cluster' }),
  '/_tasks': json({ tasks: [] }),
  '/_nodes/stats/os': json({ nodes: { a: { timestamp: NOW } } }),
};

let server: ScenarioElasticsearch;
let es: ElasticsearchClient;
beforeAll(async () => {
  server = await startScenarioElasticsearch(({ path }) => ANSWERS[path]);
  es = createElasticsearch({
    endpoints: [server.url],
    auth: { type: 'none' },
    requestTimeoutMs: 60_000,
    maxResponseBytes: 64 * 1024 * 1024,
  });
});
afterAll(async () => {
  await es.close();
  await server.stop();
});

/** What a policy sees and decides of it. */
function planner(policies: readonly IndexMaintenancePolicy[]) {
  const cluster = {
    es,
    connection: { namespace: 'search', name: 'main', uid: 'connection' },
    clusterUuid: 'cluster',
    maxConcurrentOperations: 2,
    protects: (name: string) => name.startsWith('.'),
  };
  // A cast: a plan uses nothing else of it.
  const connections = { use: () => Promise.resolve(cluster) } as unknown as Connections;
  const observe = createObserve({
    connections,
    listings: createListings(),
    policies: () => policies,
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  });
  const log = { info: () => undefined, warn: () => undefined };
  return async (policy: IndexMaintenancePolicy) =>
    decide(policy, await observe(policy, { now: NOW, signal: new AbortController().signal, log }), NOW);
}

const target = (name: string, department: string) => ({
  name,
  series: `logs-of-department-${department}-v{version}-{date:yyyy.MM.dd}`,
  aliases: [{ name: 'logs' }, { name: 'logs-week', window: '7d' }],
  retention: { maxAge: '90d' },
});

/** How often a decision about so many indexes looks at the name of one. */
function looksAt(count: number): number {
  let looks = 0;
  const indices = names.slice(0, count).map((name, at) => {
    const index = indexOf(name, { uuid: uuidOf(at), aliases: { logs: {} } });
    return Object.defineProperty(index, 'name', { enumerable: true, get: () => ((looks += 1), name) });
  });
  const { status } = decide(policyOf([target('all', '*')]), seenOf(indices), NOW);
  expect(status.matched).toBe(count);
  return looks;
}

// Work is counted, not timed: how long it takes depends on the machine, and the benchmark of policies measures it.
describe('twenty thousand indexes', { timeout: 60_000 }, () => {
  it('are planned with one question of each kind, in a status below 100 KiB', async ({ annotate }) => {
    const plan = planner([]);
    const asked = server.received.length;
    const { status } = await plan(policyOf([target('all', '*')]));
    const bytes = JSON.stringify(status).length;
    await annotate(`${bytes} bytes of status`);
    expect(status.matched).toBe(INDICES);
    expect(bytes).toBeLessThan(100 * 1024);
    const paths = server.received.slice(asked).map(({ path }) => path);
    // Clocks are read once more when the statistics have come.
    expect(paths.sort()).toEqual([...Object.keys(ANSWERS), '/_nodes/stats/os'].sort());
  });

  it('are about twice the work of ten thousand', async ({ annotate }) => {
    const [half, whole] = [looksAt(INDICES / 2), looksAt(INDICES)];
    await annotate(`${half / (INDICES / 2)} and ${whole / INDICES} looks at each`);
    expect(whole / half).toBeLessThan(2.5);
  });

  it('are listed once for all policies that look at the same time', async () => {
    const policies = Array.from({ length: 20 }, (_, at) => {
      const made = policyOf([target('one', String(at))], { mode: 'DryRun' });
      return { ...made, metadata: { ...made.metadata, uid: `policy-${at}` } };
    });
    const plan = planner(policies);
    const asked = server.received.length;
    const first = await Promise.all(policies.map(plan));
    expect(first.map(({ status }) => status.matched)).toEqual(policies.map(() => INDICES / 20));
    const listings = server.received.slice(asked).filter(({ path }) => path === '/*');
    expect(listings).toHaveLength(1);
  });
});
