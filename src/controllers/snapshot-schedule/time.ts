/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Clocks of a healthy cluster differ by less. */
const MOST_AHEAD_MS = 60_000;

/** Written by a clock that was ahead: waiting for that time to come would stop what it counts. */
export function isAhead(text: string | undefined, now: number): boolean {
  const time = timeOf(text);
  return time !== undefined && time - now > MOST_AHEAD_MS;
}

/** The longest pause that is ever written down. */
export const LONGEST_PAUSE_MS = 600_000;

/** Milliseconds until a pause is over; one that is longer than any was written by a clock that was ahead. */
export function pauseLeft(until: string | undefined, now: number): number {
  const left = (timeOf(until) ?? now) - now;
  return left > LONGEST_PAUSE_MS + MOST_AHEAD_MS ? 0 : left;
}

/** Milliseconds since the epoch; undefined for an absent time. */
export function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
