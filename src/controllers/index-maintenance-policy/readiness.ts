import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { findCondition, RUN_NOW } from '../../crds/shared.ts';
import type { ExtraCondition, Readiness, ResourceEvent } from '../../runtime/controller.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import { hinderedText, unfinishedOf, unfinishedText } from './archive-hindered.ts';
import type { Status } from './observed.ts';
import { failureText } from './failure-text.ts';
import { conditionsOf, type Obstacle, readinessOf } from './obstacle-readiness.ts';
import { maintainedText, missingText, plannedText } from './plan-text.ts';
import { heldAliasOf } from './run.ts';

const SNAPSHOT_MISSING =
  'some expired indexes are kept because no accepted snapshot contains them; see status.plan.held. The guide says which snapshots beforeDelete accepts';

export interface Verdict {
  readonly ready: Readiness;
  readonly conditions: readonly ExtraCondition[];
}

/** Not ready, because ... */
export function verdictOf(
  policy: IndexMaintenancePolicy,
  status: Status,
  obstacle: Obstacle | undefined,
  now: number,
): Verdict {
  const conditions = obstacle === undefined ? [] : conditionsOf(obstacle);
  if (policy.spec.suspend) return { conditions, ready: suspended({ ...policy, status }, now) };
  if (obstacle !== undefined) return { conditions, ready: readinessOf(obstacle) };
  return { conditions, ready: undisturbed(policy.spec.mode, status) };
}

/** Whoever asks for a run of a suspended policy is told that it waits. */
export function suspended(policy: IndexMaintenancePolicy, now: number): Readiness {
  const unfinished = unfinishedOf(policy);
  const also = unfinished === undefined ? '' : `; ${unfinishedText(unfinished)}`;
  const message = `spec.suspend stops the policy; the plan in status shows what it would do${also}`;
  const waits = `; the run that ${RUN_NOW} asks for waits until spec.suspend is false`;
  return is('suspended', 'Suspended', pendingRunNow(policy, now) === undefined ? message : message + waits);
}

const is = (type: Readiness['type'], reason: string, message: string): Readiness => ({
  type,
  reason,
  message,
});

function undisturbed(mode: 'DryRun' | 'Enforce', status: Status): Readiness {
  if (mode === 'DryRun') return planned(status);
  const { plan, run, lastRun, archive, consecutiveFailures = 0 } = status;
  if (run !== undefined) return is('ready', 'Running', 'a run is in progress');
  const [hindered] = archive?.hindered ?? [];
  if (hindered !== undefined) return is('reconciling', 'ArchivalHindered', hinderedText(hindered));
  const heldAlias = heldAliasOf(plan);
  if (consecutiveFailures > 0 || heldAlias !== undefined)
    return is('reconciling', 'ActionFailed', failureText(lastRun, archive, heldAlias));
  if (plan?.kept.some(({ reason }) => reason === 'NotSnapshotted') === true)
    return is('reconciling', 'SnapshotMissing', `${SNAPSHOT_MISSING}${missingText(plan)}`);
  if (lastRun === undefined) return is('ready', 'Scheduled', scheduledText(status));
  return is('ready', 'Maintained', maintainedText(plan) + neverText(status));
}

/** A schedule that never comes due, as on 30 February, is a way to say that only run-now makes runs. */
const neverComes = ({ nextRunTime }: Status): boolean => nextRunTime === undefined;

const neverText = (status: Status): string =>
  neverComes(status) ? `; spec.schedule never comes due: only the annotation ${RUN_NOW} makes a run` : '';

const scheduledText = (status: Status): string =>
  neverComes(status)
    ? `spec.schedule never comes due: the plan is carried out only with the annotation ${RUN_NOW}`
    : `the plan is carried out at the next time of the schedule, or at once with the annotation ${RUN_NOW}`;

/** Nothing would change, unless something is half changed already. */
function planned(status: Status): Readiness {
  const { plan } = status;
  const unfinished = unfinishedOf({ status });
  if (unfinished !== undefined) return is('reconciling', 'ArchivalHindered', unfinishedText(unfinished));
  return is(
    'ready',
    'Planned',
    `${plannedText(plan)}; mode DryRun changes nothing${missingText(plan)}${neverText(status)}`,
  );
}

/** Whether somebody must do something about it. */
const ALARMS: ReadonlySet<string> = new Set([
  'Conflict',
  'ClockSkew',
  'ApprovalRequired',
  'LimitExceeded',
  'ActionFailed',
  'ArchivalHindered',
  'SnapshotMissing',
]);

/** One event when the reason of Ready becomes one that asks somebody to act. */
export function eventsOf({ status }: IndexMaintenancePolicy, { ready }: Verdict): readonly ResourceEvent[] {
  const before = findCondition(status, 'Ready')?.reason;
  if (before === ready.reason || !ALARMS.has(ready.reason)) return [];
  return [{ type: 'Warning', reason: ready.reason, action: 'Plan', note: ready.message }];
}
