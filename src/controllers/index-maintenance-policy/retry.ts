import { milliseconds } from '../../crds/duration.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { timeText } from '../../runtime/time.ts';
import { acts, type Due } from './due.ts';
import type { StatusPlan } from './observed.ts';
import { type FreshPlan, specHashOf } from './plan.ts';

/** Why an index that is due, or its documents, stay for minutes or hours, and then may go. */
const PASSING: ReadonlySet<string> = new Set([
  'BeingReindexed',
  'BeingSnapshotted',
  'BeingRestored',
  'RecentlyWritten',
  'ClusterUnhealthy',
]);

/** What of a plan is held back by what passes. */
export function heldBackFor(kept: StatusPlan['kept']): StatusPlan['kept'] {
  return kept.filter(({ reason }) => PASSING.has(reason));
}

/**
 * Until when it is looked at again what a run could not delete or archive: a policy whose slots fall into the snapshot of the night
 * would never delete anything. As late as that a run may begin that has missed its slot.
 */
export function retryOf(
  policy: IndexMaintenancePolicy,
  { kept, archiveKept }: FreshPlan,
  due: Due,
  now: number,
): Pick<StatusPlan, 'retryUntilTime'> {
  const until = retryEnd(policy, due, now);
  const isHeldBack = [...kept, ...archiveKept].some(({ reason }) => PASSING.has(reason));
  return acts(policy) && isHeldBack && until > now ? { retryUntilTime: timeText(until) } : {};
}

/** Only a run begins it: what a new spec lets expire waits for its first slot. */
function retryEnd({ spec, status = {} }: IndexMaintenancePolicy, due: Due, now: number): number {
  const deadline = milliseconds(spec.startingDeadline);
  if (due.type === 'Run') return now + deadline;
  if (status.plan?.specHash !== specHashOf(spec)) return 0;
  if (status.plan.retryUntilTime !== undefined) return Date.parse(status.plan.retryUntilTime);
  return status.run === undefined ? 0 : Date.parse(status.run.time) + deadline;
}
