import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { MOST_SKEW_SECONDS } from '../../runtime/time.ts';
import { aliasNamesOf } from './wanted-aliases.ts';
import { type Claims, conflictOf, takesAway } from './conflicts.ts';
import { acts, approves, hasAsked } from './due.ts';
import type { Seen } from './observed.ts';
import type { FreshPlan } from './plan.ts';
import type { Obstacle } from './obstacle-readiness.ts';
import { heldBackFor } from './retry.ts';
import { deletionLimit, type NextPlan } from './status-plan.ts';

/** Nothing is deleted, because ... */
export function obstacleOf(
  policy: IndexMaintenancePolicy,
  { rivals, around }: Seen,
  fresh: FreshPlan,
  next: NextPlan,
): Obstacle | undefined {
  const { mode, deletion } = policy.spec;
  const conflict = acts(policy) ? conflictOf(claimsOf(fresh), rivals) : undefined;
  if (conflict !== undefined) return { type: 'Conflict', conflict };
  if (around.skewSeconds > MOST_SKEW_SECONDS) return { type: 'ClockSkew' };
  if (mode === 'DryRun') return undefined;
  const count = deletesInAll(next);
  const limit = deletionLimit(deletion.maxDeletes, matchedIn(fresh));
  if (deletion.approval === 'Never')
    return count > limit ? { type: 'LimitExceeded', plan: next.plan, limit } : undefined;
  // A plan that somebody was asked about is not carried out unasked because it has become smaller.
  const asked = next.isFrozen && hasAsked(policy);
  const needed = count > 0 && (asked || count > (deletion.approval === 'Always' ? 0 : limit));
  const given = next.plan.approvedTime !== undefined || approves(policy, next.plan.hash);
  return needed && !given ? { type: 'ApprovalRequired', plan: next.plan, policy } : undefined;
}

/**
 * What is held back for minutes goes right after the rest: a cap is meant for both. A frozen plan only shrinks: what has
 * left it comes with the next one.
 */
function deletesInAll({ plan: { deletes, kept }, isFrozen }: NextPlan): number {
  if (deletes.count === 0 || isFrozen) return deletes.count;
  return heldBackFor(kept).reduce((sum, { count }) => sum + count, deletes.count);
}

function claimsOf({ matched }: FreshPlan): Claims {
  const emptying = matched.filter(({ target }) => takesAway(target.spec));
  return {
    indices: emptying.flatMap(({ members }) => members.map(({ index }) => index.name)),
    aliases: new Set(matched.flatMap(aliasNamesOf)),
    archives: matched.flatMap(({ target }) => target.archive ?? []),
  };
}

/** Indexes that the targets of a policy match. */
export const matchedIn = ({ matched }: FreshPlan): number =>
  matched.reduce((sum, { members }) => sum + members.length, 0);
