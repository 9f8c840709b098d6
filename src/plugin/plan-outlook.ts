import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { type Conditioned, findCondition, isConditionTrue } from '../crds/shared.ts';
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
    ? 'It is carried out at the next time of its schedule.'
    : `It is carried out at ${status.nextRunTime} (${relative(status.nextRunTime, now)}).`;
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
