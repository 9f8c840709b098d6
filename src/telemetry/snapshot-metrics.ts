import { findCondition } from '../crds/shared.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { durationSeconds, epochSeconds, single, state } from './status-series.ts';
import type { StatusSeries } from './status-series.ts';

type Series = StatusSeries<SnapshotSchedule>;
type Status = NonNullable<SnapshotSchedule['status']>;

const figure = (name: string, help: string, read: (status: Status) => number | undefined): Series =>
  single(name, help, ({ status = {} }) => read(status));

const count = (name: string, help: string, read: (status: Status) => number): Series => ({
  ...figure(name, help, read),
  counts: true,
});

const PASSED = { Passed: 1, Failed: 0, Skipped: undefined } as const;

/** What a SnapshotSchedule tells. */
export const snapshotSeries: readonly Series[] = [
  figure(
    'es_steward_snapshot_last_success_timestamp_seconds',
    'When the newest success of a schedule ended, in seconds since the epoch; absent while there is none.',
    ({ lastSuccessfulTime }) => epochSeconds(lastSuccessfulTime),
  ),
  figure('es_steward_snapshot_stale_after_seconds', 'How old the newest success may be.', ({ staleAfter }) =>
    durationSeconds(staleAfter),
  ),
  single(
    'es_steward_snapshot_healthy',
    '1 while the newest success is young enough, 0 when it is too old or one is overdue; absent while none is due.',
    ({ status }) => HEALTHY[findCondition(status, 'Healthy')?.status ?? 'Unknown'],
  ),
  figure(
    'es_steward_snapshot_next_run_timestamp_seconds',
    'When the next slot of a schedule is, in seconds since the epoch.',
    ({ nextScheduleTime }) => epochSeconds(nextScheduleTime),
  ),
  figure(
    'es_steward_snapshot_active',
    'Snapshots of a schedule that run, or are about to.',
    ({ active, overlapping = [] }) => (active === undefined ? 0 : 1) + overlapping.length,
  ),
  figure(
    'es_steward_snapshot_active_ratio',
    'How much of the snapshot that runs is done, from 0 to 1.',
    ({ active }) => (active?.percent === undefined ? undefined : active.percent / 100),
  ),
  figure('es_steward_snapshot_overdue', '1 while a snapshot runs longer than spec.deadline, else 0.', (of) =>
    [of.active, ...(of.overlapping ?? [])].some((run) => run?.overdue === true) ? 1 : 0,
  ),
  state(
    'es_steward_snapshot_last_state',
    'state',
    '1 for the state of the last snapshot: `SUCCESS`, `PARTIAL`, `FAILED`, `EMPTY`, `INCOMPLETE`, `LOST` or `ABORTED`.',
    ({ status }) => status?.lastSnapshot?.state,
  ),
  figure(
    'es_steward_snapshot_last_duration_seconds',
    'How long the last snapshot took.',
    ({ lastSnapshot }) => durationSeconds(lastSnapshot?.duration),
  ),
  figure(
    'es_steward_snapshot_last_bytes',
    'Bytes that the last snapshot copied anew.',
    ({ lastSnapshot }) => lastSnapshot?.bytes,
  ),
  figure(
    'es_steward_snapshot_consecutive_failures',
    'Slots in a row that ended without a success.',
    ({ consecutiveFailures = 0 }) => consecutiveFailures,
  ),
  figure(
    'es_steward_snapshots_retained',
    'Successes of a schedule that are in its repository.',
    ({ retained }) => retained?.count,
  ),
  state(
    'es_steward_snapshot_retention_halted',
    'reason',
    '1 while retention deletes nothing, by reason.',
    ({ status }) => status?.retention?.halted,
  ),
  {
    name: 'es_steward_snapshot_retention_kept',
    help: 'Snapshots that retention keeps, by the first reason that holds.',
    labels: ['reason'],
    read: ({ status }) => (status?.retention?.kept ?? []).map(({ reason, count }) => [count, reason]),
  },
  figure(
    'es_steward_snapshot_restore_check_passed',
    '1 when the last restore check passed, 0 when it failed.',
    ({ lastRestoreCheck }) => PASSED[lastRestoreCheck?.result ?? 'Skipped'],
  ),
  single('es_steward_snapshot_schedule_suspended', '1 while a schedule is suspended, else 0.', ({ spec }) =>
    spec.suspend ? 1 : 0,
  ),
  count(
    'es_steward_snapshot_missed_slots_total',
    'Slots that never ran.',
    ({ missedSlots = 0 }) => missedSlots,
  ),
  count(
    'es_steward_snapshot_deletions_total',
    'Snapshots that retention has deleted.',
    ({ retention }) => retention?.deleted ?? 0,
  ),
];

const HEALTHY = { True: 1, False: 0, Unknown: undefined } as const;
