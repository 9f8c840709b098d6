import { expect, it } from 'vitest';
import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { operationsOf } from './operations.ts';

const nobody = { requests: [], schedules: [], policies: [] };

type Phase = NonNullable<NonNullable<ReindexRequest['status']>['phase']>;

function request(
  name: string,
  phase: Phase | undefined,
  reason = 'Copying',
  namespace?: string,
): ReindexRequest {
  return {
    metadata: { name, namespace: 'shop' },
    spec: { connectionRef: { name: 'main', ...(namespace && { namespace }) } },
    status: { ...(phase && { phase }), conditions: [{ type: 'Ready', status: 'False', reason }] },
  } as unknown as ReindexRequest; // only what is read
}

it('counts who works and who waits on this connection', () => {
  const requests = [
    request('a', 'Copying'),
    request('b', 'Pending', 'WaitingForTurn'),
    request('c', 'Completed'),
    request('d', undefined),
    request('f', 'Copying', 'NotGranted'),
    request('e', 'Copying', 'Copying', 'platform'),
  ];
  expect(operationsOf({ ...nobody, requests }, { namespace: 'shop', name: 'main' })).toEqual({
    active: [{ kind: 'ReindexRequest', namespace: 'shop', name: 'a' }],
    queued: 1,
  });
  expect(operationsOf({ ...nobody, requests }, { namespace: 'platform', name: 'main' }).active).toHaveLength(
    1,
  );
  expect(operationsOf({ ...nobody, requests }, { namespace: 'shop', name: 'other' })).toEqual({
    active: [],
    queued: 0,
  });
});

it('counts snapshots, restore checks and deletions that are under way', () => {
  const job = (name: string, status: object) => ({ ...request(name, undefined), status });
  const waiting = { conditions: [{ type: 'Ready', status: 'False', reason: 'WaitingForTurn' }] };
  const schedules = [
    job('begun', { active: { accepted: true } }),
    job('wished', { active: { accepted: false }, ...waiting }),
    job('checked', { restoring: {} }),
    job('idle', {}),
  ] as unknown as SnapshotSchedule[]; // only what is read
  const policies = [
    job('deleting', { plan: { batch: [] } }),
    job('archiving', { plan: {}, archive: { batch: {} } }),
    job('planned', { plan: {}, archive: {} }),
  ] as unknown as IndexMaintenancePolicy[]; // the same
  const { active, queued } = operationsOf(
    { requests: [], schedules, policies },
    { namespace: 'shop', name: 'main' },
  );
  expect(active.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    'SnapshotSchedule/begun',
    'SnapshotSchedule/checked',
    'IndexMaintenancePolicy/deleting',
    'IndexMaintenancePolicy/archiving',
  ]);
  expect(queued).toBe(1);
});
