import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { isAhead, timeOf } from '../../runtime/time.ts';
import { markOf } from './names.ts';
import type { Status } from './observed.ts';
import { madeBy } from './situation.ts';
import { add, type Rule } from './step.ts';
import { isSuccess } from './verdict.ts';

/**
 * Successes of which nobody knows whether they lack an index. That is found out once, when a snapshot ends, and status
 * alone remembers it: not of those that were adopted, nor of those from before a status was lost.
 */

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * A wish is written before its snapshot is made: a status without the newest slot is not the one that has seen it end. A
 * slot from the future says nothing of a status: a clock that was ahead has named it.
 */
export const rememberUnverified: Rule = ({ uid, seen, now }, step) => {
  const known = newestKnown(step.status);
  const newest = madeBy(uid, seen?.snapshots ?? [])
    .filter(isSuccess)
    .flatMap(({ metadata }) => markOf(metadata)?.slot ?? [])
    .filter((slot) => known === NEVER || !isAhead(slot, now))
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  if (newest === undefined || Date.parse(newest) <= known) return step;
  return add(step, { status: { ...step.status, unverifiedUntil: newest } });
};

/** A run-now may come before a slot that is older than it, and is late. */
function newestKnown(status: Status): number {
  const { slotsHandledUntil, lastScheduleTime, unverifiedUntil, lastSnapshot, history = [] } = status;
  const ended = [...history, ...(lastSnapshot ? [lastSnapshot] : [])].map(({ slot }) => slot);
  const times = [slotsHandledUntil, lastScheduleTime, unverifiedUntil, ...ended];
  return Math.max(...times.map((time) => timeOf(time) ?? NEVER));
}

export function unverifiedNames(
  uid: string,
  { unverifiedUntil }: Status,
  snapshots: readonly ListedSnapshot[],
): ReadonlySet<string> {
  const until = timeOf(unverifiedUntil) ?? NEVER;
  const isVerified = ({ metadata }: ListedSnapshot): boolean => {
    const mark = markOf(metadata);
    return mark?.uid === uid && Date.parse(mark.slot) > until;
  };
  return new Set(snapshots.filter((snapshot) => !isVerified(snapshot)).map(({ name }) => name));
}
