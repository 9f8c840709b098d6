import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { nextDocuments } from './archive-steps.ts';
import { type Due, dueOf } from './due.ts';
import { fingerprintsOf, indexFingerprint } from './fingerprints.ts';
import type { Run, Seen } from './observed.ts';
import { matchedIn, obstacleOf } from './obstacle.ts';
import { type FreshPlan, planOf } from './plan.ts';
import type { Obstacle } from './obstacle-readiness.ts';
import { retryOf } from './retry.ts';
import { stops } from './put-off.ts';
import { deletedWith, newRun } from './run.ts';
import { asked, deletionLimit, type NextPlan, nextPlan } from './status-plan.ts';
import { compileTargets } from './targets.ts';

/** What a pass knows that has looked at everything, with the questions that every step asks answered once. */
export interface Situation {
  readonly policy: IndexMaintenancePolicy;
  readonly now: number;
  readonly fresh: FreshPlan;
  readonly next: NextPlan;
  readonly obstacle: Obstacle | undefined;
  readonly due: Due;
}

export function situationOf(policy: IndexMaintenancePolicy, seen: Seen, now: number): Situation {
  const due = dueOf(policy, now);
  const fresh = planOf(policy, compileTargets(policy.spec), seen, now);
  const planned = nextPlan(policy, fresh, now);
  const { missing = [] } = seen;
  const plan = { ...planned.plan, missing, ...retryOf(policy, fresh, due, now) };
  const found = { ...planned, plan };
  const obstacle = obstacleOf(policy, seen, fresh, found);
  const next = obstacle?.type === 'ApprovalRequired' ? asked(found, now) : found;
  return ripened({ policy, now, fresh, next, obstacle, due });
}

/** Nothing has passed yet, or all of it is too much together with what has gone already: then it was a look. */
function ripened(situation: Situation): Situation {
  const { policy, fresh, next, obstacle, due } = situation;
  if (due.type !== 'Retry') return situation;
  const { since } = due;
  const { count } = next.plan.deletes;
  const limit = deletionLimit(policy.spec.deletion.maxDeletes, matchedIn(fresh));
  const mayDelete = obstacle === undefined && deletedWith(policy.status?.lastRun) + count <= limit;
  // What waits for approval is not deleted by a run either, and holds back no documents.
  const mayMove = (count === 0 || mayDelete || obstacle !== undefined) && !stops(obstacle);
  const mayGo = (count > 0 && mayDelete) || (mayMove && hasDocuments(situation));
  return { ...situation, due: mayGo ? { type: 'Run', since, makesUp: true } : { type: 'Plan', since } };
}

/** Whether any would move that the last run has not given up. */
function hasDocuments({ policy: { status = {} }, fresh, now }: Situation): boolean {
  return nextDocuments(status, newRun(now), fresh) !== undefined;
}

/**
 * How many indexes of its plan a run will not come to any more. A plan of which nothing can be deleted any more makes way for
 * a new one: all that was left of it is dropped.
 */
export function droppedFrom({
  policy: { status = {} },
  fresh,
  next: { isFrozen, deletes },
}: Situation): number {
  const { run, plan } = status;
  const pending = fingerprintsOf(plan?.pending);
  if (isFrozen) return pending.size - deletes.length;
  const isOfRun = run?.plan !== undefined && run.plan === plan?.hash;
  const isLeft = fresh.deletes.some(({ index }) => pending.has(indexFingerprint(index)));
  return isOfRun && !isLeft ? pending.size : 0;
}

/** Memberships that are as the run has planned them, although nobody has heard so: an answer, or who waited for it, was lost. */
export function changedUnheard({
  policy: { status = {} },
  next,
}: Situation): Pick<Run, 'aliasesAdded' | 'aliasesRemoved'> {
  const { run, plan } = status;
  if (run === undefined || run.aliasesTried || plan === undefined)
    return { aliasesAdded: 0, aliasesRemoved: 0 };
  const [before, left] = [plan.aliasChanges, next.plan.aliasChanges];
  return {
    aliasesAdded: Math.max(0, before.add - left.add),
    aliasesRemoved: Math.max(0, before.remove - left.remove),
  };
}
