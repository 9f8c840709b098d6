/** RFC 3339 in UTC with whole seconds, as Kubernetes writes times. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since the epoch; undefined for an absent time. */
export function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** Clocks of a healthy cluster differ by less; where they differ by more, no age can be relied on. */
export const MOST_SKEW_SECONDS = 60;

/** Written by a clock that was ahead: waiting for that time to come would stop what it counts. */
export function isAhead(text: string | undefined, now: number): boolean {
  const time = timeOf(text);
  return time !== undefined && time - now > MOST_SKEW_SECONDS * 1000;
}
