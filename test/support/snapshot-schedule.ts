import { type SnapshotMark, withMark } from '../../src/controllers/snapshot-schedule/names.ts';
import type { Run, Schedule, Seen, Status } from '../../src/controllers/snapshot-schedule/observed.ts';
import type { Owner } from '../../src/controllers/snapshot-schedule/owner.ts';
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

/** What is read of a repository at rest, for a schedule that may do everything. */
export function seenRepository(
  owner: Partial<Owner>,
  snapshots: Seen['snapshots'],
  runs: Seen['runs'] = new Map(),
): Seen {
  return {
    type: 'seen',
    owner: { uid: 'u', namespace: 'team', adopted: undefined, ...owner },
    maxConcurrentOperations: 2,
    places: [],
    runs,
    snapshots,
    unreadable: [],
    mounted: new Set(),
    mayDelete: true,
    skewSeconds: 0,
    restore: undefined,
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
