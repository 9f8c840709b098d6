import { incompleteNames } from './incomplete.ts';
import type { Status } from './observed.ts';
import { hasRules, planRetention, type RetentionPlan } from './retention.ts';
import type { Situation } from './situation.ts';
import { unverifiedNames } from './unverified.ts';

/** What retention would do now; undefined without rules, and while not all is known that it depends on. */
export function retentionNow(
  { spec, seen, owner, plan: { staleAfterMs }, now }: Situation,
  status: Status,
): RetentionPlan | undefined {
  const { snapshots, mounted, mayDelete, skewSeconds } = seen ?? {};
  if (!hasRules(spec.retention) || snapshots === undefined || mounted === undefined) return undefined;
  if (mayDelete === undefined || skewSeconds === undefined) return undefined;
  const plan = planRetention(spec.retention, {
    snapshots,
    owner,
    mounted,
    incomplete: incompleteNames(status),
    unverified: unverifiedNames(owner.uid, status, snapshots),
    timeZone: spec.timeZone,
    staleAfterMs,
    skewSeconds,
    now,
  });
  return mayDelete ? plan : { ...plan, halted: plan.halted ?? 'NotGranted' };
}
