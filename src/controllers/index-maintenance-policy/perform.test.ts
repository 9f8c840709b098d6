import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { createObserve, type MaintenanceDependencies } from './observe.ts';
import { createListings } from './observe-listings.ts';
import type { Observed } from './observed.ts';
import { createPerform } from './perform.ts';

const NOW = Date.parse('2016-03-01T00:30:00Z');
const LATER = NOW + 40_000;
const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy}', aliases: [{ name: 'logs' }] }]);
const log = { info: () => undefined, warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };

const INDICES = {
  'logs-2016': { aliases: {}, settings: { index: { uuid: 'new', creation_date: '1' } } },
};
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/*': INDICES,
  '/logs-2016': INDICES,
  '/_cluster/health': {
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: 1,
    active_shards: 1,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    number_of_pending_tasks: 0,
  },
  '/_tasks': { tasks: [] },
  '/_cluster/state/customs': { cluster_uuid: 'cluster' },
  '/_nodes/stats/os': { nodes: { a: { timestamp: NOW }, b: { timestamp: LATER } } },
  '/_aliases': { acknowledged: true, errors: false },
};

function bed(policies: MaintenanceDependencies['policies'] = () => []) {
  const asked: string[] = [];
  const es: Elasticsearch = {
    request: ({ path }) => {
      asked.push(path);
      const isStatistics = path.endsWith('/_stats/docs,store,translog');
      return Promise.resolve(
        isStatistics ? { _shards: { successful: 1, failed: 0 } } : (ANSWERS[path] ?? {}),
      );
    },
  };
  const connection = { namespace: 'search', name: 'main', uid: 'connection' };
  const cluster = { es, connection, clusterUuid: 'cluster', protects: () => false };
  // A cast: nothing else of it is used.
  const connections = { use: () => Promise.resolve(cluster) } as unknown as Connections;
  const dependencies: MaintenanceDependencies = {
    connections,
    listings: createListings(),
    policies,
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  };
  return { asked, dependencies };
}

describe('a change of aliases', () => {
  it.each([
    [true, 'new'],
    [false, 'old'],
  ])('is made: %s, when the index that was planned for is the %s one', async (made, uuid) => {
    const { asked, dependencies } = bed();
    const change = { type: 'Add', index: 'logs-2016', uuid, alias: 'logs', definition: {} } as const;
    const perform = createPerform(dependencies);
    await perform({ type: 'UpdateAliases', changes: [change] }, policy, pass);
    expect(asked.includes('/_aliases')).toBe(made);
  });
});

describe('a pass', () => {
  const seen = (observed: Observed) => {
    if (observed.type !== 'seen') throw new Error('a plan is due');
    return observed;
  };

  it('counts the age of writes from the latest clock after the statistics came', async () => {
    const { asked, dependencies } = bed();
    expect(seen(await createObserve(dependencies)(policy, pass)).listedAt).toBe(LATER);
    const statistics = asked.findIndex((path) => path.endsWith('/_stats/docs,store,translog'));
    expect(asked.lastIndexOf('/_nodes/stats/os')).toBeGreaterThan(statistics);
    expect(asked.filter((path) => path === '/_nodes/stats/os')).toHaveLength(2);
  });

  it.each([
    [1, 'Planned'],
    [1, 'ConnectionNotReady'],
    [0, 'NotGranted'],
    [0, 'ConnectionNotFound'],
    [0, 'InvalidSpec'],
  ])('has %i rivals when the other policy says %s', async (count, reason) => {
    const lastTransitionTime = '2016-01-01T00:00:00Z';
    const condition = { type: 'Ready', status: 'False', reason, message: '', lastTransitionTime } as const;
    const rival = {
      ...policy,
      metadata: { ...policy.metadata, uid: 'other' },
      status: { conditions: [condition] },
    };
    const { dependencies } = bed(() => [rival]);
    expect(seen(await createObserve(dependencies)(policy, pass)).rivals).toHaveLength(count);
  });
});
