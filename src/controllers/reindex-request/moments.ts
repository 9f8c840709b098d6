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

/** Milliseconds since a moment of status; 0 when it is not known or lies ahead. */
export function ageMs(since: string | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, now - Date.parse(since));
}

/** Whether a moment of status is less than `ms` ago; one that is unknown or lies ahead is not. */
export function isRecent(since: string | undefined, ms: number, now: number): boolean {
  const age = now - Date.parse(since ?? '');
  return age >= 0 && age < ms;
}

/** A moment as a status says it. */
export function time(ms: number): string {
  return new Date(ms).toISOString();
}
