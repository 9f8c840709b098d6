/** What one partition of a time series spans, always in UTC. */
export type Unit = 'Year' | 'Month' | 'Week' | 'Day' | 'Hour';

/** [start, end) in milliseconds since the epoch. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** 1970-01-05, a Monday. */
const FIRST_MONDAY = 4 * DAY;

const PERIODS: Readonly<Record<Unit, (at: number) => Period>> = {
  Year: (at) => months(new Date(at).getUTCFullYear(), 0, 12),
  Month: (at) => months(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth(), 1),
  Week: (at) => regular(at, WEEK, FIRST_MONDAY),
  Day: (at) => regular(at, DAY, 0),
  Hour: (at) => regular(at, HOUR, 0),
};

/** The period of that unit which contains the moment `at`. Weeks are those of ISO 8601 and begin with Monday. */
export function periodOf(unit: Unit, at: number): Period {
  return PERIODS[unit](at);
}

/** When a partition has been kept for `maxAge` milliseconds since its end; from that moment on it is expired. */
export function expiration(period: Period, maxAge: number): number {
  return period.end + maxAge;
}

/**
 * Whether a partition belongs to a window of that many milliseconds before today: one of a day contains today and
 * yesterday, one of zero only today. What lies in the future belongs to every window.
 */
export function inWindow(period: Period, window: number, now: number): boolean {
  return periodOf('Day', now).start - window < period.end;
}

function regular(at: number, length: number, origin: number): Period {
  const start = Math.floor((at - origin) / length) * length + origin;
  return { start, end: start + length };
}

/** `count` months from a month, which is counted from 0. `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
function months(year: number, month: number, count: number): Period {
  const first = (at: number) => new Date(0).setUTCFullYear(year, at, 1);
  return { start: first(month), end: first(month + count) };
}
