const MINUTE = 60_000;

/** A schedule of slots at equal distances, in milliseconds since the epoch. */
export interface DistantSlots {
  /** For `spec.schedule`. */
  readonly schedule: string;
  /** The latest slot until then. */
  last(now: number): number;
  /** The first slot after then. */
  next(now: number): number;
}

/**
 * Slots of which none comes while a test runs, whatever the time of the day: the next is half a distance away, so that
 * only a clock which is moved on reaches it. A test whose slots are at midnight or at the full hour fails shortly before.
 *
 * @param minutes Their distance: a day, an hour, or a divisor of an hour.
 */
export function distantSlots(minutes: 5 | 60 | 1440): DistantSlots {
  const every = minutes * MINUTE;
  const some = Math.floor((Date.now() + every / 2) / MINUTE) * MINUTE;
  const last = (now: number) => some + Math.floor((now - some) / every) * every;
  return { schedule: scheduleAt(new Date(some), minutes), last, next: (now) => last(now) + every };
}

function scheduleAt(some: Date, minutes: number): string {
  const minute = some.getUTCMinutes();
  if (minutes === 1440) return `${minute} ${some.getUTCHours()} * * *`;
  return minutes === 60 ? `${minute} * * * *` : `${minute % minutes}-59/${minutes} * * * *`;
}
