import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { type Conditioned, findCondition, isConditionTrue, RUN_NOW } from '../crds/shared.ts';
import { clause, relative } from './words.ts';

/** When the plan of a policy is carried out, or why not. */
export function whatHappens({ spec, status = {} }: IndexMaintenancePolicy, now: number): string {
  if (spec.suspend) return 'It is suspended: nothing is done.';
  if (spec.mode === 'DryRun') return 'spec.mode is DryRun: nothing is done about it until that is Enforce.';
  const hindrance = hindranceOf(status);
  if (hindrance !== undefined) return `${hindrance}.`;
  if (status.run !== undefined) return 'It is being carried out.';
  if (waitsForApproval(status)) return 'It waits for approval and does not change until then.';
  return status.nextRunTime === undefined
    ? `It is carried out ${NEVER_DUE}.`
    : `It is carried out at ${status.nextRunTime} (${relative(status.nextRunTime, now)}).`;
}

/** The operator has looked, and found no such day: `0 0 30 2 *`. */
const NEVER_DUE = `only when you ask for a run (the annotation ${RUN_NOW}), as its schedule never comes due`;

/** When a plan that nothing hinders, and that nobody must approve, is carried out. */
export function whenCarriedOut({ nextRunTime }: NonNullable<IndexMaintenancePolicy['status']>): string {
  return nextRunTime === undefined ? NEVER_DUE : 'at the next time of its schedule';
}

/** Whether the object itself says that a person must approve. */
export const waitsForApproval = (status: Conditioned): boolean => isConditionTrue(status, 'ApprovalRequired');

/** Not ready, and yet the plan is carried out when its time comes; the first waits for a person, and has words of its own. */
const NO_HINDRANCE: ReadonlySet<string> = new Set([
  'ApprovalRequired',
  'ActionFailed',
  'SnapshotMissing',
  'ArchivalHindered',
]);

/** What keeps a plan from being carried out, as the operator says it; undefined when nothing does. */
export function hindranceOf(status: Conditioned): string | undefined {
  const ready = findCondition(status, 'Ready');
  const isStalled = isConditionTrue(status, 'Stalled');
  if (ready === undefined || !(isStalled || (ready.status === 'False' && !NO_HINDRANCE.has(ready.reason))))
    return undefined;
  return `${ready.reason}: ${clause(ready.message)}`;
}
