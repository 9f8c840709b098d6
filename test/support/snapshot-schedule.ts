import { type SnapshotMark, withMark } from '../../src/controllers/snapshot-schedule/names.ts';
import type { Run, Schedule, Status } from '../../src/controllers/snapshot-schedule/observed.ts';
import { snapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import type { Snapshot } from '../../src/elasticsearch/snapshots.ts';
import { timeText } from '../../src/runtime/time.ts';

interface Parts {
  /** Over what every schedule must have. */
  readonly spec?: object;
  readonly status: Status;
  readonly metadata?: Partial<Schedule['metadata']>;
}

/** A schedule as the API server would return it, for tests that decide without one. */
export function someSchedule({ spec = {}, status, metadata = {} }: Parts): Schedule {
  const minimal = { connectionRef: { name: 'main' }, repository: 'backups', schedule: '@hourly' };
  return {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'SnapshotSchedule',
    metadata: {
      name: 'nightly',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-06-01T00:00:00Z',
      ...metadata,
    },
    spec: snapshotSchedule.spec.parse({ ...minimal, ...spec }),
    status,
  };
}

/** A success of the schedule above that began `hours` before `now`, and is named after that. */
export function successOf(now: number, hours: number, mark: Partial<SnapshotMark> = {}): Snapshot {
  const startTime = now - hours * 3_600_000;
  return {
    name: `s${hours}`,
    uuid: `u${hours}`,
    state: 'SUCCESS',
    startTime,
    endTime: startTime + 1_000,
    shards: { total: 1, failed: 0 },
    indices: ['p1-a'],
    failures: [],
    metadata: withMark({}, { uid: 'u', slot: timeText(startTime), schedule: 'team/nightly', ...mark }),
  };
}

/** A wish for a snapshot that Elasticsearch has not heard of yet. */
export const wishedRun: Run = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  attempt: 1,
  accepted: false,
};
