import { nextSlot } from '../../schedule/slots.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { formatDuration } from '../../schedule/duration.ts';
import { timeText } from '../../runtime/time.ts';
import { markOf } from './names.ts';
import type { Status } from './observed.ts';
import { madeHere, type Situation, successesOf } from './situation.ts';
import { isRunning, isSuccess, verdictOf } from './verdict.ts';

/** What people read of the repository: always as it is there, never as it is remembered. */
export function withFigures(situation: Situation, status: Status): Status {
  const { spec, plan, now, seen } = situation;
  const next = spec.suspend ? undefined : nextSlot(plan.schedule, plan.timeZone, now);
  const { nextScheduleTime: _next, ...rest } = status;
  const base: Status = {
    ...rest,
    schedule: `${spec.schedule} ${spec.timeZone}`,
    staleAfter: formatDuration(plan.staleAfterMs),
    ...(next !== undefined && { nextScheduleTime: timeText(next) }),
  };
  if (seen?.snapshots === undefined) return base;
  const { retained: _retained, lastSuccessfulTime: _time, lastSuccessfulSnapshot: _name, ...kept } = base;
  const successes = successesOf(situation.owner, status, seen.snapshots);
  const last = kept.lastSnapshot ?? rebuiltLast(situation, seen.snapshots);
  return { ...kept, ...(last && { lastSnapshot: last }), ...successFigures(successes, kept) };
}

function successFigures(successes: readonly ListedSnapshot[], status: Status): Partial<Status> {
  const [oldest, newest] = [successes[0], successes.at(-1)];
  if (oldest === undefined || newest === undefined) return { retained: { count: 0 } };
  const bytes = bytesOf(successes, status);
  return {
    lastSuccessfulTime: timeText(newest.endTime ?? newest.startTime),
    lastSuccessfulSnapshot: newest.name,
    retained: {
      count: successes.length,
      ...(bytes !== undefined && { bytes }),
      oldest: timeText(oldest.startTime),
      newest: timeText(newest.startTime),
    },
  };
}

/** Undefined unless the bytes of all of them are known. */
function bytesOf(successes: readonly ListedSnapshot[], { history = [] }: Status): number | undefined {
  const known = new Map(history.map(({ name, bytes }) => [name, bytes]));
  return successes.reduce<number | undefined>((sum, { name }) => {
    const bytes = known.get(name);
    return sum === undefined || bytes === undefined ? undefined : sum + bytes;
  }, 0);
}

const UNVERIFIED = 'nobody knows whether it lacks an index, because status was lost';

/** A status that was lost is told anew by the newest snapshot of ours. */
function rebuiltLast(
  situation: Situation,
  snapshots: readonly ListedSnapshot[],
): NonNullable<Status['lastSnapshot']> | undefined {
  const newest = madeHere(situation, snapshots).findLast((snapshot) => !isRunning(snapshot));
  const slot = newest && markOf(newest.metadata)?.slot;
  if (newest === undefined || slot === undefined) return undefined;
  const { state, message } = isSuccess(newest)
    ? { state: 'SUCCESS' as const, message: UNVERIFIED }
    : { message: '', ...verdictOf({ ...newest, indices: [] }, []) };
  const { name, startTime, endTime } = newest;
  return {
    name,
    state,
    slot,
    ...(message && { message }),
    ...(endTime !== undefined && { duration: formatDuration(endTime - startTime) }),
  };
}
