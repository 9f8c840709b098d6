import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter: the wall clock for what people read, a monotonic one for what must not jump. */
export interface Clock {
  /** Milliseconds since the epoch. May jump; never use it to measure. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back, runs on while the process is stopped. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node fires a timer of more than 2^31-1 ms at once; nothing here needs to sleep longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(Math.min(Math.max(ms, 0), LONGEST_TIMER_MS), undefined, { signal }),
};

/** Sleeps; an abort only ends it early. */
export async function pause(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
