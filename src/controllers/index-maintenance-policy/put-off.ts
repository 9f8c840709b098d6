import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { acts, isLate } from './due.ts';
import type { Run, Status } from './observed.ts';
import type { Obstacle } from './obstacle-readiness.ts';
import { deletedWith } from './run.ts';
import type { Situation } from './situation.ts';

/** Nothing at all may be changed, not even aliases. */
export function stops(obstacle: Obstacle | undefined): boolean {
  return obstacle !== undefined && STOPPING.has(obstacle.type);
}

/** As reasons of Ready too. A run that is still due because of one of them need not be tried again at once. */
export const STOPPING: ReadonlySet<string> = new Set(['Conflict', 'ClockSkew']);

/**
 * Whether what stops a run only puts it off: until its starting deadline it is done as soon as that is over. A slot that
 * has become late is none any more; what was asked for or approved waits for as long as it takes.
 */
export function isPutOff({ policy, due, next: { isFrozen }, now }: Situation): boolean {
  const { run } = policy.status ?? {};
  if (!acts(policy)) return false;
  if (due.type === 'Run') return true;
  return due.type === 'Continue' && run !== undefined && waits(policy, run, isFrozen, now);
}

/** One that has done what it was begun for ends: a plan of after that is not its own, and has a cap of its own. */
function waits(policy: IndexMaintenancePolicy, run: Run, hasMore: boolean, now: number): boolean {
  // A beginning in the future is that of a clock that was ahead.
  const elapsed = Math.abs(now - Date.parse(run.time));
  return !isLate(policy, now - elapsed, now) && (hasMore || deletedWith(run) === 0);
}

/** Only a run that begins is followed by looks for what held back a part of it. */
export function withoutRetry({ plan, ...status }: Status): Status {
  if (plan === undefined) return status;
  const { retryUntilTime: _retryUntilTime, ...others } = plan;
  return { ...status, plan: others };
}
