import { isAhead, timeOf } from '../../runtime/time.ts';
import type { Status } from './observed.ts';
import { hasRules } from './retention.ts';
import { retentionNow } from './retention-now.ts';
import { RETENTION_EVERY_MS, runsOf, type Situation } from './situation.ts';
import { isRunning } from './verdict.ts';

/** Retention that has missed a whole turn. */
export const OVERDUE_MS = 2 * RETENTION_EVERY_MS;

/**
 * Whether the runs are to end before another begins. With `Allow` and snapshots that take longer than the interval there
 * is no moment without one, and nothing would ever be deleted. Not where that would bring nothing, or might last for ever.
 */
export function drains(situation: Situation, status: Status): boolean {
  const { concurrencyPolicy, retention } = situation.spec;
  if (concurrencyPolicy !== 'Allow' || !hasRules(retention) || runsOf(status).length === 0) return false;
  return isOverdue(situation, status) && ends(situation, status) && deletes(situation, status);
}

function isOverdue({ resource, now }: Situation, { retention: { lastRunTime } = {} }: Status): boolean {
  if (isAhead(lastRunTime, now)) return false;
  return now - (timeOf(lastRunTime ?? resource.metadata.creationTimestamp) ?? now) > OVERDUE_MS;
}

/** A snapshot of somebody else keeps retention waiting as well, and one that is past its deadline may hang, whatever clocks say. */
function ends({ seen, plan, now }: Situation, status: Status): boolean {
  const ours = new Set(runsOf(status).map(({ snapshot }) => snapshot));
  const running = (seen?.snapshots ?? []).filter(isRunning);
  return running.every(({ name, startTime }) => ours.has(name) && now - startTime <= plan.deadlineMs);
}

/** A dry run, a missing grant or nothing that is old enough is worth no snapshot. */
function deletes(situation: Situation, status: Status): boolean {
  const planned = retentionNow(situation, status);
  if (planned === undefined || status.retention?.halted === 'MissingPrivileges') return false;
  return planned.halted === undefined && planned.deletions.length > 0;
}

export const DRAINS =
  'Retention is overdue, and deletes nothing while a snapshot is made: the next one begins when none is made any more.';
