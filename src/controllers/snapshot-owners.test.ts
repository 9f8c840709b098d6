import { describe, expect, it } from 'vitest';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { Snapshot } from '../elasticsearch/snapshots.ts';
import { snapshotOwners } from './snapshot-owners.ts';

// Casts: nothing else of them is looked at.
const scheduleOf = (uid: string, connection: string, annotations = {}): SnapshotSchedule =>
  ({
    metadata: { uid, name: 'nightly', namespace: 'team', annotations },
    spec: { connectionRef: { name: connection, namespace: 'platform' } },
  }) as unknown as SnapshotSchedule;
const snapshotOf = (uid: string, cluster?: string): Snapshot =>
  ({
    metadata: { 'es-steward': { uid, slot: '2026-06-15T12:00:00Z', schedule: 'team/nightly', cluster } },
  }) as unknown as Snapshot;

const uuids: Readonly<Record<string, string>> = { 'platform/main': 'a', 'platform/same': 'a', 'team/b': 'b' };

function ownedBy(
  schedule: SnapshotSchedule,
  connection: string,
  uid: string,
  name = 'nightly',
  cluster?: string,
) {
  const owners = snapshotOwners(
    () => [schedule],
    (asked) => uuids[asked],
  );
  return owners({ namespace: 'team', name, connection })(snapshotOf(uid, cluster));
}

describe('a snapshot is one of a schedule', () => {
  it.each([
    ['that made it', scheduleOf('u', 'main'), 'platform/main', 'u'],
    ['that is about the same cluster by another connection', scheduleOf('u', 'main'), 'platform/same', 'u'],
    ['on a connection whose cluster is not known yet', scheduleOf('u', 'new'), 'platform/new', 'u'],
    [
      'that has adopted it',
      scheduleOf('u', 'main', { 'es-steward.dev/adopt-uid': 'old' }),
      'platform/main',
      'old',
    ],
  ])('%s', (_, schedule, connection, uid) => {
    expect(ownedBy(schedule, connection, uid)).toBe(true);
  });

  it.each([
    ['of the same name elsewhere', scheduleOf('u', 'main'), 'platform/main', 'elsewhere', 'nightly'],
    ['that is about another cluster', scheduleOf('u', 'main'), 'team/b', 'u', 'nightly'],
    ['that is about a cluster nobody knows', scheduleOf('u', 'x'), 'platform/y', 'u', 'nightly'],
    ['that is not there any more', scheduleOf('u', 'main'), 'platform/main', 'u', 'weekly'],
  ])('but not of one %s', (_, schedule, connection, uid, name) => {
    expect(ownedBy(schedule, connection, uid, name)).toBe(false);
  });
});

it('a snapshot of a cluster that was lost proves nothing of the one that has come in its place', () => {
  const of = (cluster: string) => ownedBy(scheduleOf('u', 'main'), 'platform/main', 'u', 'nightly', cluster);
  expect([of('a'), of('lost')]).toEqual([true, false]);
});
