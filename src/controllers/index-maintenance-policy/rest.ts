import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Decision, ResourceEvent } from '../../runtime/controller.ts';
import { timeText } from '../../runtime/time.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import type { MaintenanceAction } from './actions.ts';
import { acts, nextRun, RETRY_MS, retries, TROUBLED_AGAIN_MS, TROUBLES } from './due.ts';
import type { Status } from './observed.ts';
import { STOPPING } from './put-off.ts';
import { eventsOf, type Verdict, verdictOf } from './readiness.ts';
import { verdictBefore } from './readiness-before.ts';
import type { Situation } from './situation.ts';

export type Step = Decision<Status, MaintenanceAction>;

const LONGEST_REST_MS = 86_400_000;

/** Nothing is to be done before the next time of the schedule, or the next look. */
export function rest(
  { policy, obstacle, now }: Pick<Situation, 'policy' | 'obstacle' | 'now'>,
  status: Status,
  events: readonly ResourceEvent[] = [],
): Step {
  const next = withNextRun(policy, status, now);
  const step = resting(policy, next, verdictOf(policy, next, obstacle, now), now);
  return { ...step, events: [...(step.events ?? []), ...events] };
}

/** Nothing was due, and nothing looked at. */
export function restAsBefore(policy: IndexMaintenancePolicy, now: number): Step {
  return resting(policy, withNextRun(policy, policy.status ?? {}, now), verdictBefore(policy, now), now);
}

function resting(policy: IndexMaintenancePolicy, status: Status, verdict: Verdict, now: number): Step {
  return {
    ...verdict,
    status,
    next: restFor(policy, status, verdict, now),
    events: eventsOf(policy, verdict),
  };
}

function restFor(
  policy: IndexMaintenancePolicy,
  status: Status,
  { ready }: Verdict,
  now: number,
): Step['next'] {
  if (policy.metadata.deletionTimestamp !== undefined) return 'changed';
  // What was asked for while the plan was made: nobody sends news of it again.
  const isAsked = pendingRunNow({ ...policy, status }, now) !== undefined && !policy.spec.suspend;
  if (isAsked && !STOPPING.has(ready.reason)) return 'now';
  const slot = nextRun(policy, now) ?? Number.POSITIVE_INFINITY;
  if (TROUBLES.has(ready.reason)) return Math.min(slot - now, TROUBLED_AGAIN_MS);
  const isRetried = acts(policy) && status.plan !== undefined && retries(status.plan, now);
  return Math.min(slot - now, isRetried ? RETRY_MS : LONGEST_REST_MS);
}

function withNextRun(
  policy: IndexMaintenancePolicy,
  { nextRunTime: _nextRunTime, ...status }: Status,
  now: number,
): Status {
  const slot = policy.spec.suspend ? undefined : nextRun(policy, now);
  return slot === undefined ? status : { ...status, nextRunTime: timeText(slot) };
}
