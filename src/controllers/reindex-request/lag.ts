import { flatten } from '../index-settings.ts';
import { hangsBack } from './journal.ts';
import { time } from './moments.ts';
import type { ShardFacts } from './observed.ts';
import type { Copy } from './rounds.ts';
import { AT_ONCE_MS } from './step.ts';

const MOST_MS = 5_000;
/** Where writers wait for the end of it. */
export const MOST_UNDER_BLOCK_MS = 500;

/**
 * A copy of a shard that lags catches up no sooner for being asked more often, and each question flushes the source. So the
 * next one comes after a quarter of the time that the lag has lasted.
 */
export function lagWaitMs(lastedMs: number, isBlocked = false): number {
  return Math.min(Math.max(lastedMs / 4, AT_ONCE_MS), isBlocked ? MOST_UNDER_BLOCK_MS : MOST_MS);
}

/** So long a checkpoint may take to pass what is in flight. */
const IN_FLIGHT_MS = 1_000;

/**
 * Whether a checkpoint that hangs back waits for a flush, which writes to the disk all that was indexed, for half a second
 * and more. An asynchronous translog always does. Else it is what is in flight, and passes by itself; a translog that was
 * asynchronous until a moment ago may wait for good.
 */
export function needsFlush(settings: unknown, lastedMs: number): boolean {
  const durability = flatten(settings)['index.translog.durability'];
  return String(durability).toLowerCase() === 'async' || lastedMs >= IN_FLIGHT_MS;
}

/** Notes since when copied ranges wait for a copy of their shard. */
export function withLag(copy: Copy, facts: readonly ShardFacts[], now: number): Copy {
  const { lagSince = time(now), ...rest } = copy;
  return hangsBack(copy, facts) ? { ...rest, lagSince } : rest;
}
