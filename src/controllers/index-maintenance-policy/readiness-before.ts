import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { findCondition, isConditionTrue } from '../../crds/shared.ts';
import type { ExtraCondition } from '../../runtime/controller.ts';
import { approvalText } from './obstacle-readiness.ts';
import { suspended, type Verdict } from './readiness.ts';

/** As the last pass left it: nothing was looked at since. Only what is asked for meanwhile is news. */
export function verdictBefore(policy: IndexMaintenancePolicy, now: number): Verdict {
  const { status } = policy;
  const has = (type: string) => isConditionTrue(status, type);
  const ready = findCondition(status, 'Ready');
  const type = has('Stalled')
    ? 'stalled'
    : has('Suspended')
      ? 'suspended'
      : ready?.status === 'True'
        ? 'ready'
        : 'reconciling';
  const wanted = has('ApprovalRequired') ? wantedText(policy) : undefined;
  const message = ready?.reason === 'ApprovalRequired' ? wanted : undefined;
  return {
    ready:
      type === 'suspended'
        ? suspended(policy, now)
        : { type, reason: ready?.reason ?? 'Scheduled', message: message ?? ready?.message ?? '' },
    conditions: (status?.conditions ?? []).map((condition) => toldAgain(condition, wanted)),
  };
}

/** Somebody may have approved since, and another plan. */
function wantedText(policy: IndexMaintenancePolicy): string | undefined {
  const plan = policy.status?.plan;
  return plan && approvalText({ plan, policy });
}

function toldAgain(
  { type, status, reason, message }: ExtraCondition,
  wanted: string | undefined,
): ExtraCondition {
  return { type, status, reason, message: (type === 'ApprovalRequired' ? wanted : undefined) ?? message };
}
