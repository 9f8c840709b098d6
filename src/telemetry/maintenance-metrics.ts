import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { isConditionTrue } from '../crds/shared.ts';
import { durationSeconds, epochSeconds, single, state, trueCondition } from './status-series.ts';
import type { StatusSeries } from './status-series.ts';

type Series = StatusSeries<IndexMaintenancePolicy>;
type Status = NonNullable<IndexMaintenancePolicy['status']>;
type Target = NonNullable<Status['targets']>[number];

const perTarget = (name: string, help: string, read: (target: Target) => number | undefined): Series => ({
  name: `es_steward_maintenance_target_${name}`,
  help,
  labels: ['target'],
  read: ({ status }) => (status?.targets ?? []).map((target) => [read(target), target.name]),
});

const perPolicy = (name: string, help: string, read: (status: Status) => number | undefined): Series =>
  single(`es_steward_maintenance_${name}`, help, ({ status = {} }) => read(status));

/** What an IndexMaintenancePolicy tells. */
export const maintenanceSeries: readonly Series[] = [
  perTarget('indices', 'Indexes of a target.', ({ matched }) => matched),
  perTarget('documents', 'Documents of a target, in primary shards.', ({ documents }) => documents),
  perTarget('bytes', 'Bytes of a target, in primary shards.', ({ bytes }) => bytes),
  perTarget('growth_bytes_per_day', 'Growth over the last seven whole days.', (target) => target.bytesPerDay),
  perTarget('next_expiry_timestamp_seconds', 'When the next index of a target expires.', ({ nextExpiry }) =>
    epochSeconds(nextExpiry),
  ),
  perPolicy(
    'planned_archival_documents',
    'Documents that are old enough and can be archived.',
    ({ plan }) => plan?.archive?.documents,
  ),
  {
    ...perPolicy(
      'archived_documents_total',
      'Documents that a policy has moved to archives since it was created.',
      ({ archive }) => archive?.documents,
    ),
    counts: true,
  },
  perPolicy(
    'last_run_not_archived',
    'Documents that the last run could not move to archives.',
    ({ lastRun }) => lastRun?.notArchived,
  ),
  perPolicy(
    'planned_deletions',
    'Indexes that the plan of a policy deletes.',
    ({ plan }) => plan?.deletes.count,
  ),
  perPolicy(
    'planned_deletion_bytes',
    'Bytes in primary shards that the plan of a policy deletes.',
    ({ plan }) => plan?.deletes.bytes,
  ),
  perPolicy(
    'planned_deletion_documents',
    'Documents that the plan of a policy deletes.',
    ({ plan }) => plan?.deletes.documents,
  ),
  perPolicy(
    'planned_alias_changes',
    'Memberships of aliases that the plan of a policy adds, corrects or removes.',
    ({ plan }) => plan && plan.aliasChanges.add + plan.aliasChanges.remove,
  ),
  {
    name: 'es_steward_maintenance_kept',
    help: 'Indexes that stay, by reason.',
    labels: ['reason'],
    read: ({ status }) => (status?.plan?.kept ?? []).map(({ reason, count }) => [count, reason]),
  },
  {
    name: 'es_steward_maintenance_held',
    help: 'Indexes that need a look, by reason: those that would be deleted, had not something held them back, and those whose age cannot be read. Twenty at most are counted.',
    labels: ['reason'],
    read: ({ status }) => heldByReason(status?.plan?.held ?? []),
  },
  perPolicy('last_run_deleted', 'Indexes that the last run deleted.', ({ lastRun }) => lastRun?.deleted),
  perPolicy(
    'last_run_failed',
    'Indexes that the last run could not delete.',
    ({ lastRun }) => lastRun?.failed,
  ),
  perPolicy(
    'last_run_dropped',
    'Indexes that a guard took out of the plan during the last run, because they had changed.',
    ({ lastRun }) => lastRun?.dropped,
  ),
  perPolicy('last_run_duration_seconds', 'How long the last run took.', ({ lastRun }) =>
    durationSeconds(lastRun?.duration),
  ),
  perPolicy('next_run_timestamp_seconds', 'When the next run of a policy is.', ({ nextRunTime }) =>
    epochSeconds(nextRunTime),
  ),
  perPolicy('last_success_timestamp_seconds', 'When a run last ended without a failure.', (status) =>
    epochSeconds(status.lastSuccessfulTime),
  ),
  perPolicy(
    'consecutive_failures',
    'Runs in a row that ended with a failure.',
    ({ consecutiveFailures = 0 }) => consecutiveFailures,
  ),
  perPolicy('approval_required', '1 while a plan waits for approval, else 0.', (status) =>
    isConditionTrue(status, 'ApprovalRequired') ? 1 : 0,
  ),
  state(
    'es_steward_maintenance_conflict',
    'reason',
    '1 while another policy claims the same index or alias, so that neither acts.',
    ({ status }) => trueCondition(status, 'Conflict')?.reason,
  ),
  single('es_steward_maintenance_policy_suspended', '1 while a policy is suspended, else 0.', ({ spec }) =>
    spec.suspend ? 1 : 0,
  ),
];

function heldByReason(held: NonNullable<Status['plan']>['held']): readonly (readonly [number, string])[] {
  const reasons = [...new Set(held.map(({ reason }) => reason))];
  return reasons.map((reason) => [held.filter((one) => one.reason === reason).length, reason]);
}
