import type { CopySpec } from './copy-request.ts';
import type { Copy } from './rounds.ts';
import { time } from './moments.ts';

/** So long a number of tasks is watched before it is judged. */
const WINDOW_MS = 5_000;
/** A task more must bring so much, else it only takes from others. */
const WORTH = 1.05;
/** So long a number that has proven best is kept. */
const HOLD_MS = 120_000;

const MOST_AT_FIRST = 16;

/**
 * To begin with, a task for each shard, as each reads one of its own, and of a single one as many as there are processors, but
 * two or three: one waits for the disk or for its next part while others compute. More than processors took more processor
 * time for the same documents in the same time; whether more copy more is found out while they copy.
 * @param processors of all data nodes together
 */
export function firstParallelism(processors: number, shards: number) {
  const parallel = Math.min(
    Math.max(shards, Math.min(Math.max(processors, 2), 3)),
    processors + 3,
    MOST_AT_FIRST,
  );
  return { parallel, parallelLimit: Math.min(Math.max(parallel, 2 * processors), MOST_AT_FIRST) };
}

/**
 * Feels its way to the number of tasks that copies most: one more at a time, as long as documents per second grow with
 * it. After a refusal there is nothing to learn until the old number is reached again. Whoever sets limits knows better.
 */
export function withPace(
  copy: Copy,
  completed: number,
  { throttle }: Pick<CopySpec, 'throttle'>,
  now: number,
): Copy {
  const { parallel, mostParallel, pace } = copy;
  const isLimited = throttle?.maxParallel !== undefined || throttle?.requestsPerSecond !== undefined;
  const tasks = copy.running.filter(({ task }) => task !== undefined).length;
  // With places that stay empty nothing can be compared, as at the end.
  if (parallel === undefined || parallel !== mostParallel || isLimited || tasks < parallel)
    return withoutPace(copy);
  const begun = { time: time(now), completed, parallel };
  if (pace?.parallel !== parallel || completed < pace.completed) return { ...copy, pace: begun };
  const elapsed = now - Date.parse(pace.time);
  if (elapsed < WINDOW_MS) return copy;
  return judged(
    copy,
    { ...begun, perSecond: Math.round(((completed - pace.completed) * 1000) / elapsed) },
    now,
  );
}

interface Reached {
  readonly time: string;
  readonly completed: number;
  readonly parallel: number;
  readonly perSecond: number;
}

function judged(copy: Copy, { perSecond, ...begun }: Reached, now: number): Copy {
  const { before, until } = copy.pace ?? {};
  if (before && perSecond < before.perSecond * WORTH) {
    const parallel = before.parallel;
    const held = { ...begun, parallel, until: time(now + HOLD_MS) };
    return { ...copy, parallel, mostParallel: parallel, pace: held };
  }
  if (until !== undefined && now < Date.parse(until)) return { ...copy, pace: { ...begun, until } };
  const more = begun.parallel + 1;
  if (more > (copy.parallelLimit ?? begun.parallel)) return { ...copy, pace: begun };
  const pace = { ...begun, parallel: more, before: { parallel: begun.parallel, perSecond } };
  return { ...copy, parallel: more, mostParallel: more, pace };
}

function withoutPace({ pace: _pace, ...copy }: Copy): Copy {
  return copy;
}
