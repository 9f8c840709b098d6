import { flatten } from '../index-settings.ts';
import { hangsBack, LONGEST_PAUSE_MS } from './journal.ts';
import { leftMs } from './moments.ts';
import type { ShardFacts } from './observed.ts';
import type { Copy } from './rounds.ts';
import { AT_ONCE_MS, time } from './step.ts';

const MOST_MS = 5_000;
/** Where writers wait for the end of it. */
export const MOST_UNDER_BLOCK_MS = 500;

/**
 * A copy of a shard that lags catches up no sooner for being asked more often, and each question flushes the source. So the
 * next one comes after a quarter of the time that the lag has lasted.
 */
export function lagWaitMs(lagMs: number, isBlocked = false): number {
  return Math.min(Math.max(lagMs / 4, AT_ONCE_MS), isBlocked ? MOST_UNDER_BLOCK_MS : MOST_MS);
}

/** Milliseconds since a moment of status; 0 when it is not known. */
export function lagMs(since: string | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, now - Date.parse(since));
}

/** So long a checkpoint may take to pass what is in flight. */
const IN_FLIGHT_MS = 1_000;

/**
 * Whether a checkpoint that hangs back waits for a flush, which writes to the disk all that was indexed, for half a second
 * and more. An asynchronous translog always does. Else it is what is in flight, and passes by itself; a translog that was
 * asynchronous until a moment ago may wait for good.
 */
export function needsFlush(settings: unknown, lagMs: number): boolean {
  const durability = flatten(settings)['index.translog.durability'];
  return String(durability).toLowerCase() === 'async' || lagMs >= IN_FLIGHT_MS;
}

/** What is left of the pause after a refusal. */
export function pauseMs(copy: Pick<Copy, 'pausedUntil'> | undefined, now: number): number {
  return leftMs(copy?.pausedUntil, LONGEST_PAUSE_MS, now);
}

/** Notes since when copied ranges wait for a copy of their shard. */
export function withLag(copy: Copy, facts: readonly ShardFacts[], now: number): Copy {
  const { lagSince = time(now), ...rest } = copy;
  return hangsBack(copy, facts) ? { ...rest, lagSince } : rest;
}
