import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { APPROVE, approvedOther } from '../../crds/shared.ts';
import type { ExtraCondition, Readiness } from '../../runtime/controller.ts';
import type { Conflict } from './conflicts.ts';
import { fingerprintsOf } from './fingerprints.ts';
import type { StatusPlan } from './observed.ts';
import { deletions, laterText } from './plan-text.ts';

export const CLOCK_SKEW =
  'the clocks of the operator, the API server and Elasticsearch differ by more than a minute, so ages are not reliable: nothing is changed until they agree';

/** What stands in the way of a plan, besides its own indexes. */
export type Obstacle =
  | { readonly type: 'Conflict'; readonly conflict: Conflict }
  | { readonly type: 'ClockSkew' }
  | ({ readonly type: 'ApprovalRequired' } & Wanted)
  | { readonly type: 'LimitExceeded'; readonly plan: StatusPlan; readonly limit: number };

interface Wanted {
  readonly plan: StatusPlan;
  readonly policy: IndexMaintenancePolicy;
}

export function readinessOf(obstacle: Obstacle): Readiness {
  const { type: reason } = obstacle;
  if (reason === 'Conflict') return { type: 'stalled', reason, message: conflictText(obstacle.conflict) };
  if (reason === 'ClockSkew') return { type: 'reconciling', reason, message: CLOCK_SKEW };
  if (reason === 'ApprovalRequired') return { type: 'reconciling', reason, message: approvalText(obstacle) };
  return { type: 'stalled', reason, message: limitText(obstacle) };
}

function limitText({ plan, limit }: Extract<Obstacle, { type: 'LimitExceeded' }>): string {
  return `${deletions(plan.deletes.count)}${laterText(plan.kept)} and deletion.maxDeletes allows ${limit}, so nothing is deleted: raise it, or set deletion.approval to OnLimit`;
}

function conflictText({ reason, name, rival }: Conflict): string {
  if (reason === 'SameIndex')
    return `policy ${rival} would delete or archive ${name} too: neither acts until only one of them matches it`;
  if (reason === 'SameAlias')
    return `policy ${rival} manages alias ${name} too: neither acts until only one of them does`;
  return `policy ${rival} archives into ${name} too: neither acts until each has an archive.destination of its own`;
}

export function approvalText({ plan: { hash, deletes, kept, pending }, policy }: Wanted): string {
  const planned = pending === undefined ? deletes.count : fingerprintsOf(pending).size;
  const part =
    planned < deletes.count ? `, ${planned} of them by this plan and the rest by those after it` : '';
  const { metadata, spec, status } = policy;
  const approvals = { approvedPlan: spec.deletion.approvedPlan, carriedOut: status?.lastApprovedPlan };
  const other = approvedOther(metadata, hash, approvals);
  return `${deletions(deletes.count)}${part}${laterText(kept)}: look at status.plan, then approve with the annotation ${APPROVE}: ${hash} or deletion.approvedPlan${other}`;
}

export function conditionsOf(obstacle: Obstacle): readonly ExtraCondition[] {
  const { message } = readinessOf(obstacle);
  if (obstacle.type === 'Conflict')
    return [{ type: 'Conflict', status: 'True', reason: obstacle.conflict.reason, message }];
  if (obstacle.type === 'ApprovalRequired')
    return [{ type: 'ApprovalRequired', status: 'True', reason: 'WaitingForApproval', message }];
  return [];
}
