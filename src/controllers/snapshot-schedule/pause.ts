import { isAhead, timeOf } from '../../runtime/time.ts';

/** The longest pause that is ever written down. */
export const LONGEST_PAUSE_MS = 600_000;

/** Milliseconds until a pause is over; one that is longer than any was written by a clock that was ahead. */
export function pauseLeft(until: string | undefined, now: number): number {
  return isAhead(until, now + LONGEST_PAUSE_MS) ? 0 : (timeOf(until) ?? now) - now;
}
