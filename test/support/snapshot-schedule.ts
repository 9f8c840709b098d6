import type { Run, Schedule, Status } from '../../src/controllers/snapshot-schedule/observed.ts';
import { snapshotSchedule } from '../../src/crds/snapshot-schedule.ts';

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

/** A wish for a snapshot that Elasticsearch has not heard of yet. */
export const wishedRun: Run = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  attempt: 1,
  accepted: false,
};
