/**
 * Moments of status are of a clock that may have been set back since, or of another machine's. Nothing waits for one
 * that cannot be right.
 */

/**
 * Milliseconds that are left until a moment of status; 0 when it is not known, over, or further away than it was when it
 * was written.
 * @param longestMs how far away it was then, at the most.
 */
export function leftMs(until: string | undefined, longestMs: number, now: number): number {
  const left = until === undefined ? 0 : Date.parse(until) - now;
  return left > 0 && left <= longestMs ? left : 0;
}

/** Whether a moment of status is less than `ms` ago; one that is unknown or lies ahead is not. */
export function isRecent(since: string | undefined, ms: number, now: number): boolean {
  const age = now - Date.parse(since ?? '');
  return age >= 0 && age < ms;
}
