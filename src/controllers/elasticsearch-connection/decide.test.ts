import { describe, expect, it } from 'vitest';
import { elasticsearchConnection } from '../../crds/elasticsearch-connection.ts';
import { decide } from './decide.ts';
import type { Connection, Observed, Seen, SeenRepository } from './observed.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

const info = { clusterName: 'prod', clusterUuid: 'uuid-1', version: '9.4.3', flavor: 'default' };
const health = {
  status: 'green',
  nodes: 3,
  dataNodes: 2,
  activeShards: 10,
  unassigned: 0,
  pendingTasks: 0,
} as const;
const statistics = {
  indices: 7,
  primaryDocuments: 100,
  primaryBytes: 1000,
  totalBytes: 2000,
  diskUsedPercent: 40,
  largest: [{ name: 'orders', documents: 90, bytes: 900 }],
};

const seen = (changes: Partial<Seen> = {}): Seen => ({
  type: 'seen',
  info,
  health,
  missingPrivileges: [],
  repositories: [],
  statistics,
  operations: { active: [], queued: 0 },
  ...changes,
});

interface Given {
  readonly spec?: object;
  readonly status?: Connection['status'];
  readonly annotations?: Record<string, string>;
}

function connection({ spec = {}, status, annotations = {} }: Given = {}): Connection {
  const metadata = {
    name: 'main',
    namespace: 'db',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '',
  };
  return {
    apiVersion: '',
    kind: '',
    metadata: { ...metadata, annotations },
    spec: elasticsearchConnection.spec.parse({ endpoints: ['https://es.example'], ...spec }),
    ...(status && { status }),
  };
}

const decided = (given: Given, observed: Observed) => decide(connection(given), observed, now);

const connected = {
  type: 'Ready',
  status: 'True',
  reason: 'Connected',
  message: 'Connected to prod 9.4.3.',
  lastTransitionTime: '',
} as const;

/** What a first good probe has written, and the engine with it. */
const after = (changes: Partial<Seen> = {}) => ({
  ...decide(connection(), seen(changes), now - 60_000).status,
  conditions: [connected],
});

describe('readiness', () => {
  const unreachable: Observed = {
    type: 'failed',
    failure: { type: 'reconciling', reason: 'Unreachable', message: 'm' },
  };
  const pinned = { clusterUUID: 'uuid-0' };
  const accepted = { 'es-steward.dev/accept-cluster': 'uuid-1' };
  const old = { ...info, version: '7.17.8' };

  it.each<[string, Given, Observed, string, string]>([
    ['is there when the cluster answers', {}, seen(), 'ready', 'Connected'],
    ['is there for 8.16', {}, seen({ info: { ...info, version: '8.16.1' } }), 'ready', 'Connected'],
    [
      'is there while one endpoint of several is silent, which is told',
      {},
      seen({ silent: ['https://b.example'] }),
      'ready',
      'Connected',
    ],
    [
      'is there with missing privileges, which are told',
      {},
      seen({ missingPrivileges: ['x on y'] }),
      'ready',
      'Connected',
    ],
    ['waits for a cluster that cannot be reached', {}, unreachable, 'reconciling', 'Unreachable'],
    ['waits for an upgrade', {}, { type: 'identified', info: old }, 'reconciling', 'UnsupportedVersion'],
    [
      'waits for a version not known yet',
      {},
      { type: 'identified', info: { ...info, version: '10.0.0' } },
      'reconciling',
      'UnsupportedVersion',
    ],
    [
      'stalls when another cluster answers',
      { status: pinned },
      { type: 'identified', info },
      'stalled',
      'ClusterChanged',
    ],
    [
      'stalls when another one was accepted',
      { status: pinned, annotations: { 'es-steward.dev/accept-cluster': 'uuid-9' } },
      { type: 'identified', info },
      'stalled',
      'ClusterChanged',
    ],
    [
      'is there when exactly this one was accepted',
      { status: pinned, annotations: accepted },
      seen(),
      'ready',
      'Connected',
    ],
    ['is suspended by a person', { spec: { suspend: true } }, seen(), 'suspended', 'Suspended'],
    ['is suspended, unreachable or not', { spec: { suspend: true } }, unreachable, 'suspended', 'Suspended'],
  ])('%s', (_, given, observed, type, reason) => {
    expect(decided(given, observed).ready).toMatchObject({ type, reason });
  });

  it('names what the login lacks', () => {
    const missingPrivileges = ['create_snapshot on the cluster', 'delete_index on team-a-*'];
    const { ready, status } = decided({}, seen({ missingPrivileges }));
    expect(ready.message).toContain('create_snapshot');
    expect(status.missingPrivileges).toEqual(missingPrivileges);
  });
});

describe('the pin', () => {
  it('is set at first sight and moved only by acceptance', () => {
    expect(decided({}, seen()).status.clusterUUID).toBe('uuid-1');
    expect(
      decided({ status: { clusterUUID: 'uuid-0' } }, { type: 'identified', info }).status.clusterUUID,
    ).toBe('uuid-0');
    const annotations = { 'es-steward.dev/accept-cluster': 'uuid-1' };
    const accepted = decided({ status: { clusterUUID: 'uuid-0' }, annotations }, seen()).status;
    expect(accepted.clusterUUID).toBe('uuid-1');
  });

  it('remembers which cluster was replaced by acceptance, for its backups', () => {
    const annotations = { 'es-steward.dev/accept-cluster': 'uuid-1' };
    expect(decided({}, seen()).status.replacedClusterUUID).toBeUndefined();
    const { status } = decided({ status: { clusterUUID: 'uuid-0' }, annotations }, seen());
    expect(status.replacedClusterUUID).toBe('uuid-0');
    expect(decided({ status, annotations }, seen()).status.replacedClusterUUID).toBe('uuid-0');
  });

  it('holds even if a probe read more than it should have', () => {
    const { status, ready } = decided({ status: { clusterUUID: 'uuid-0' }, spec: { suspend: true } }, seen());
    expect(status.clusterUUID).toBe('uuid-0');
    expect(ready.message).toContain('ClusterChanged');
  });
});

describe('health', () => {
  const healthy = (observed: Observed) =>
    decided({}, observed).conditions?.find(({ type }) => type === 'Healthy');

  it.each([
    ['green', 'True', 'Green'],
    ['yellow', 'True', 'Yellow'],
    ['red', 'False', 'Red'],
  ] as const)('%s is %s', (status, expected, reason) => {
    expect(healthy(seen({ health: { ...health, status } }))).toMatchObject({ status: expected, reason });
  });

  it('is unknown when the probe failed', () => {
    const failure = { type: 'reconciling', reason: 'Unreachable', message: '' } as const;
    expect(healthy({ type: 'failed', failure })).toMatchObject({ status: 'Unknown' });
  });
});

describe('the status', () => {
  it('shows a first probe whole', () => {
    expect(decided({}, seen()).status).toMatchObject({
      clusterName: 'prod',
      version: '9.4.3',
      health: 'green',
      nodes: 3,
      dataNodes: 2,
      activeShards: 10,
      statistics: { indices: 7, diskUsedPercent: 40 },
      largestIndices: [{ name: 'orders' }],
      lastProbeTime: '2026-01-01T00:10:00Z',
    });
  });

  const moved = { ...health, activeShards: 11, unassigned: 4, pendingTasks: 9 };
  const figures: Partial<Seen> = {
    health: moved,
    statistics: { ...statistics, indices: 8 },
    operations: { active: [], queued: 3 },
  };

  it('stays byte for byte while only figures move', () => {
    const status = after();
    expect(decided({ status }, seen(figures)).status).toEqual(status);
  });

  it('takes figures that are five minutes old anew', () => {
    const status = { ...after(), lastProbeTime: minutesAgo(5) };
    const next = decided({ status }, seen(figures)).status;
    expect(next).toMatchObject({
      activeShards: 11,
      unassignedShards: 4,
      pendingTasks: 9,
      queued: 3,
      statistics: { indices: 8 },
    });
  });

  it('does not wait for a time that a clock set in the future', () => {
    const status = { ...after(), lastProbeTime: minutesAgo(-60) };
    expect(decided({ status }, seen()).status.lastProbeTime).toBe('2026-01-01T00:10:00Z');
  });

  it.each<[string, Partial<Seen>, object]>([
    ['health', { health: { ...health, status: 'red', unassigned: 1 } }, { health: 'red' }],
    ['nodes', { health: { ...health, nodes: 2, activeShards: 9 } }, { nodes: 2 }],
    ['the version', { info: { ...info, version: '9.5.0' } }, { version: '9.5.0' }],
    [
      'a repository',
      { repositories: [{ name: 'r', type: 'fs', readOnly: false }] },
      { repositories: [{ name: 'r' }] },
    ],
    ['privileges', { missingPrivileges: ['x on y'] }, { missingPrivileges: ['x on y'] }],
  ])('changes at once with %s, and with it what health tells of shards', (_, changes, expected) => {
    const status = after();
    const next = decided({ status }, seen({ ...figures, ...changes })).status;
    expect(next).toMatchObject(expected);
    const { activeShards, unassigned, pendingTasks } = changes.health ?? moved;
    expect(next).toMatchObject({ activeShards, unassignedShards: unassigned, pendingTasks });
    // These are read, or told, together.
    const { statistics: kept, queued, lastProbeTime } = status;
    expect(next).toMatchObject({ statistics: kept, queued, lastProbeTime });
  });

  it('tells with a change of Ready what health tells of shards', () => {
    const status = after();
    for (const reason of ['Unreachable', 'Suspended']) {
      const conditions = [{ ...connected, reason }];
      const next = decided({ status: { ...status, conditions } }, seen(figures)).status;
      expect(next).toMatchObject({ activeShards: 11, unassignedShards: 4, pendingTasks: 9 });
    }
    const silent = ['https://b.example'];
    expect(decided({ status }, seen({ ...figures, silent })).status.unassignedShards).toBe(4);
  });

  it('is whole when the annotation run-now asks for it', () => {
    const annotations = { 'es-steward.dev/run-now': 'x' };
    const status = after();
    const next = decided({ status, annotations }, seen(figures)).status;
    expect(next).toMatchObject({
      activeShards: 11,
      queued: 3,
      statistics: { indices: 8 },
      lastProbeTime: '2026-01-01T00:10:00Z',
    });
    const answered = { ...status, lastHandledRunNow: 'x' };
    expect(decided({ status: answered, annotations }, seen(figures)).status).toEqual(answered);
  });

  it('keeps what was last seen through a failure', () => {
    const status = after();
    const failure = { type: 'reconciling', reason: 'Unreachable', message: '' } as const;
    expect(decided({ status }, { type: 'failed', failure }).status).toEqual(status);
  });

  it('tells the version for which the pinned cluster is not used, and none of another cluster', () => {
    const status = after();
    const identified = (clusterUuid: string): Observed => ({
      type: 'identified',
      info: { ...info, clusterUuid, version: '10.0.0' },
    });
    expect(decided({ status }, identified('uuid-1')).status).toEqual({ ...status, version: '10.0.0' });
    expect(decided({ status }, identified('uuid-2')).status).toEqual(status);
  });

  it('keeps what cannot be had now', () => {
    const status = { ...after(), lastProbeTime: minutesAgo(9) };
    const next = decided(
      { status },
      seen({ statistics: undefined, repositories: undefined, missingPrivileges: undefined }),
    ).status;
    expect(next).toMatchObject({
      statistics: status.statistics,
      repositories: status.repositories,
      missingPrivileges: [],
    });
  });

  it('shows twenty repositories and ten indexes at most', () => {
    const repositories = Array.from({ length: 30 }, (_, at) => ({
      name: `r${at}`,
      type: 'fs',
      readOnly: true,
    }));
    expect(decided({}, seen({ repositories })).status.repositories).toHaveLength(20);
  });
});

describe('a repository', () => {
  const verifies = (repository: Partial<SeenRepository>, given: Given = {}) =>
    (
      decided(given, seen({ repositories: [{ name: 'r', type: 'fs', readOnly: false, ...repository }] }))
        .actions ?? []
    ).length > 0;
  const at = (minutes: number) => ({ verification: { verified: true, at: now - minutes * 60_000 } });

  it('is verified at first and every five minutes', () => {
    expect([verifies({}), verifies(at(4)), verifies(at(5))]).toEqual([true, false, true]);
  });

  it('is not verified when it is read-only or the connection is not usable', () => {
    expect(verifies({ readOnly: true })).toBe(false);
    expect(verifies({}, { status: { clusterUUID: 'other' } })).toBe(false);
  });

  it('keeps its earlier verdict until this process has one', () => {
    const status = { ...after(), repositories: [{ name: 'r', type: 'fs', readOnly: false, verified: true }] };
    const next = decided(
      { status },
      seen({ repositories: [{ name: 'r', type: 'fs', readOnly: false }] }),
    ).status;
    expect(next.repositories).toMatchObject([{ name: 'r', verified: true }]);
  });
});

describe('the next probe', () => {
  const failed: Observed = {
    type: 'failed',
    failure: { type: 'reconciling', reason: 'Unreachable', message: '' },
  };

  it('comes after probeInterval, and within 30 seconds after a failure', () => {
    const spec = { probeInterval: '1h' };
    expect(decided({ spec }, seen()).next).toBe(3_600_000);
    expect(decided({ spec }, failed).next).toBe(30_000);
    expect(decided({ spec: { probeInterval: '5s' } }, failed).next).toBe(5_000);
  });
});

describe('events', () => {
  const stamp = { lastTransitionTime: '', message: '' };
  const status = (
    ready: string,
    healthy = 'Green',
    last: 'red' | 'green' = healthy === 'Red' ? 'red' : 'green',
  ): Connection['status'] => ({
    health: last,
    conditions: [
      { type: 'Ready', status: 'True', reason: ready, ...stamp },
      { type: 'Healthy', status: 'True', reason: healthy, ...stamp },
    ],
  });
  const failed: Observed = {
    type: 'failed',
    failure: { type: 'reconciling', reason: 'Unreachable', message: 'm' },
  };
  const red = seen({ health: { ...health, status: 'red' } });

  it.each<[string, Given, Observed, readonly string[]]>([
    ['the first connection', {}, seen(), ['Normal Connected']],
    ['nothing new', { status: status('Connected') }, seen(), []],
    ['a loss', { status: status('Connected') }, failed, ['Warning Unreachable']],
    ['a loss that lasts', { status: status('Unreachable') }, failed, []],
    ['a return', { status: status('Unreachable') }, seen(), ['Normal Connected']],
    ['red', { status: status('Connected') }, red, ['Warning ClusterRed']],
    ['red that lasts', { status: status('Connected', 'Red') }, red, []],
    ['recovery', { status: status('Connected', 'Red') }, seen(), ['Normal ClusterRecovered']],
    [
      'red that lasts through a failed probe once',
      { status: status('Unreachable', 'NotObserved', 'red') },
      red,
      ['Normal Connected'],
    ],
    [
      'recovery behind a failed probe',
      { status: status('Unreachable', 'NotObserved', 'red') },
      seen(),
      ['Normal Connected', 'Normal ClusterRecovered'],
    ],
  ])('tell of %s', (_, given, observed, expected) => {
    expect((decided(given, observed).events ?? []).map(({ type, reason }) => `${type} ${reason}`)).toEqual(
      expected,
    );
  });
});
