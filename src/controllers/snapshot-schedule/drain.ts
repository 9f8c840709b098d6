import type { Status } from './observed.ts';
import { hasRules } from './retention.ts';
import { RETENTION_EVERY_MS, runsOf, type Situation } from './situation.ts';
import { isAhead, timeOf } from './time.ts';
import { isRunning } from './verdict.ts';

/** Retention that has missed a whole turn. */
export const OVERDUE_MS = 2 * RETENTION_EVERY_MS;

/**
 * Whether the runs are to end before another begins. With `Allow` and snapshots that take longer than the interval there
 * is no moment without one, and nothing would ever be deleted. Not where that would not help, or might last for ever: a
 * snapshot of somebody else keeps retention waiting as well, and one that is past its deadline may hang.
 */
export function drains({ resource, spec, seen, now }: Situation, status: Status): boolean {
  const runs = runsOf(status);
  if (!hasRules(spec.retention) || runs.length === 0 || runs.some(({ overdue }) => overdue)) return false;
  const ours = new Set(runs.map(({ snapshot }) => snapshot));
  if (seen?.snapshots?.some((snapshot) => isRunning(snapshot) && !ours.has(snapshot.name))) return false;
  const { lastRunTime } = status.retention ?? {};
  if (isAhead(lastRunTime, now)) return false;
  return now - (timeOf(lastRunTime ?? resource.metadata.creationTimestamp) ?? now) > OVERDUE_MS;
}

export const DRAINS =
  'Retention is overdue, and deletes nothing while a snapshot is made: the next one begins when none is made any more.';
