import { describe, expect, it } from 'vitest';
import { archiveBatch, indexOf, policyOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import { archiveGuardOf, guardOf } from './guards.ts';
import { type MaintenanceDependencies, surroundings } from './observe.ts';
import { createListings } from './observe-listings.ts';
import { openArchive } from './perform-archive-access.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const log = { info: () => undefined, warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };

const notReady = (reason: string) => [
  { type: 'Ready', status: 'False', reason, message: '', lastTransitionTime: '', observedGeneration: 1 },
];

const dependenciesOf = (more: Partial<MaintenanceDependencies>): MaintenanceDependencies => ({
  // Casts: nothing else of them is used.
  connections: { use: async () => ({ maxConcurrentOperations: 1 }) } as unknown as Connections,
  listings: createListings(),
  policies: () => [],
  requests: () => [],
  clusterUuidOf: () => 'cluster',
  snapshotOwners: () => () => false,
  ...more,
});

describe('a request for a copy', () => {
  const situation = {
    health: 'green',
    snapshotted: new Set<string>(),
    restoring: new Set<string>(),
    copies: { tasks: [], complete: true },
    written: new Set<string>(),
    skewSeconds: 0,
  } as const;
  const policy = policyOf([{ name: 'a', pattern: 'x' }]);
  const single = { source: { index: 'a' }, destination: { index: 'b' } };
  const around = (
    status: object,
    clusterUuidOf: MaintenanceDependencies['clusterUuidOf'] = () => 'cluster',
    names: object = single,
  ) => {
    const spec = { connectionRef: { name: 'main' }, ...names };
    const request = { metadata: { namespace: 'search', name: 'r', uid: 'r' }, spec, status };
    const dependencies = dependenciesOf({
      requests: () => [request as unknown as ReindexRequest],
      clusterUuidOf,
    });
    const cluster = { clusterUuid: 'cluster', protects: () => false } as unknown as Cluster;
    return surroundings({ policy, cluster, dependencies }, situation, []);
  };
  const copied = (...given: Parameters<typeof around>) => [...around(...given).reindexed];

  it.each(['NotGranted', 'ConnectionNotFound', 'InvalidSpec'])(
    'that was refused with %s holds nobody back by what it names',
    (reason) => {
      expect(copied({ conditions: notReady(reason) })).toEqual([]);
      expect(copied({ phase: 'Pending', conditions: notReady(reason) })).toEqual([]);
    },
  );

  it('holds back what it names on the same connection, also while the cluster of that is not known', () => {
    expect(copied({}, () => undefined)).toEqual(['a', 'b']);
  });

  it('holds back what it names from its first moment, and to its end once it has begun', () => {
    expect(copied({})).toEqual(['a', 'b']);
    for (const reason of ['WaitingForTurn', 'PreflightFailed', 'DiskFull'])
      expect(copied({ phase: 'Pending', conditions: notReady(reason) })).toEqual(['a', 'b']);
    expect(copied({ phase: 'Copying', conditions: notReady('NotGranted') })).toEqual(['a', 'b']);
    expect(copied({ phase: 'Completed' })).toEqual([]);
    const series = { total: 1, completed: 0, current: 'a-1', destination: 'b-1' };
    expect(copied({ phase: 'Pending', series })).toEqual(['a', 'b', 'a-1', 'b-1']);
  });

  const templates = {
    source: { series: 'logs-v1-{date:yyyy.MM.dd}' },
    destination: { series: 'logs-v2-{date:yyyy.MM.dd}' },
  };
  const guards = (name: string, status: object) => {
    const there = around(status, undefined, templates);
    const { deletion } = policy.spec;
    return [guardOf(indexOf(name), there, deletion), archiveGuardOf(indexOf(name), there, deletion)];
  };

  it.each([
    ['waits', { phase: 'Pending' }],
    [
      'is at its first',
      { phase: 'Copying', series: { total: 9, completed: 0, current: 'logs-v1-2016.01.01' } },
    ],
  ])('of a series holds back all indexes of both sides while it %s, and no other', (_, status) => {
    for (const name of ['logs-v1-2016.01.01', 'logs-v1-2016.01.09', 'logs-v2-2016.01.09'])
      expect(guards(name, status)).toEqual(['BeingReindexed', 'BeingReindexed']);
    for (const name of ['logs-v1-2016.01', 'logs-v1-2016.02.30', 'logs-v3-2016.01.09'])
      expect(guards(name, status)).toEqual([undefined, undefined]);
  });

  it.each([
    ['it has ended', { phase: 'Completed' }],
    ['it was refused', { phase: 'Pending', conditions: notReady('NotGranted') }],
  ])('of a series holds nothing back when %s', (_, status) => {
    expect(guards('logs-v1-2016.01.09', status)).toEqual([undefined, undefined]);
  });
});

describe('a place for archival', () => {
  const own = policyOf([{ name: 'a', pattern: 'docs-*' }]);
  const other = (spec: SpecPart, conditions: object[] = []): IndexMaintenancePolicy =>
    policyOf([{ name: 'a', pattern: 'others-*' }], spec, {
      metadata: { ...own.metadata, name: 'other', uid: 'other' },
      status: { conditions, archive: { documents: 0, held: [], batch: archiveBatch } } as NonNullable<
        IndexMaintenancePolicy['status']
      >,
    });
  const opened = (policy: IndexMaintenancePolicy) =>
    openArchive(['docs-1'], {
      policy: own,
      pass,
      dependencies: dependenciesOf({ policies: () => [policy] }),
    });

  it('is held by whoever has documents on their way', async () => {
    await expect(opened(other({}))).rejects.toMatchObject({ reason: 'WaitingForTurn' });
  });

  it.each<[string, IndexMaintenancePolicy]>([
    ['is suspended', other({ suspend: true })],
    ['only looks', other({ mode: 'DryRun' })],
    ['has no grant any more', other({}, notReady('NotGranted'))],
  ])('is not held by a policy that %s', async (_, policy) => {
    await expect(opened(policy)).resolves.toBeDefined();
  });
});
