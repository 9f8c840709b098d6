import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { literal } from '../../naming/template.ts';
import type { ArchiveBatch } from './actions.ts';
import { batchNow } from './archive-hindered.ts';
import { type Claims, conflictOf } from './conflicts.ts';
import { TROUBLED_AGAIN_MS } from './due.ts';
import type { Rival } from './observed.ts';
import { verdictOf } from './readiness.ts';
import { rest, type Step } from './rest.ts';
import { withBatchPutBack } from './run.ts';

/**
 * The intent is in status: it is carried out, unless another policy has come that wants the same. Then nothing is known to
 * be gone: the run goes on with a new choice, or ends when it is too late for that.
 */
export function deleteBatch(policy: IndexMaintenancePolicy, rivals: readonly Rival[], now: number): Step {
  const { status = {} } = policy;
  const { plan } = status;
  const batch = plan?.batch ?? [];
  const conflict = conflictOf({ indices: batch.map(({ name }) => name), aliases: [], archives: [] }, rivals);
  if (plan === undefined || conflict !== undefined) {
    const stopped = conflict && ({ type: 'Conflict', conflict } as const);
    const putBack = { ...status, ...withBatchPutBack(status) };
    return rest({ policy, obstacle: stopped, now }, putBack);
  }
  return {
    ...verdictOf(policy, status, undefined, now),
    status,
    actions: [{ type: 'DeleteBatch', plan: plan.hash, batch }],
    next: 'now',
  };
}

/** The intent is in status. A document may be in two places already: only a conflict of now makes it wait. */
export function moveDocuments(policy: IndexMaintenancePolicy, rivals: readonly Rival[], now: number): Step {
  const { status = {} } = policy;
  const batch = batchNow(policy, now);
  const isLeaving = policy.metadata.deletionTimestamp !== undefined;
  const conflict = batch && !isLeaving && conflictOf(claimsOfBatch(batch), rivals);
  if (batch === undefined || conflict) {
    const stopped = conflict ? ({ type: 'Conflict', conflict } as const) : undefined;
    return { ...verdictOf(policy, status, stopped, now), status, next: TROUBLED_AGAIN_MS };
  }
  const actions = [{ type: 'MoveDocuments', batch }] as const;
  return { ...verdictOf(policy, status, undefined, now), status, actions, next: 'now' };
}

/** Where a document has two ways into one archive, one policy could take back what the other has moved. */
function claimsOfBatch({ index, destination }: ArchiveBatch): Claims {
  return { indices: [index], aliases: [], archives: [literal(destination)] };
}
