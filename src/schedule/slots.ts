import type { CronSchedule } from './cron.ts';
import { stretches, type Stretch } from './time-zone.ts';

/**
 * Slots: the moments at which a schedule comes due in a time zone, in milliseconds since the epoch.
 *
 * Where clocks are put forward, fixed times that they skip come due once, at the first moment after the gap. Where they
 * are put back, fixed times come due at the first of their two moments. Schedules with a wildcard or a step in minute or
 * hour come due whenever the clock shows a time of theirs, so through both hours, and not in the gap.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Eight years, the longest wait for a 29 February, and some days. A schedule without a slot until then has none. */
const HORIZON_DAYS = 8 * 366;

/** The first slot after `after`; undefined if there is none within eight years, as for 30 February. */
export function nextSlot(schedule: CronSchedule, timeZone: string, after: number): number | undefined {
  return nextSlots(schedule, timeZone, after, 1)[0];
}

/** The first `count` slots after `after`, ascending; fewer if the schedule has no more. */
export function nextSlots(
  schedule: CronSchedule,
  timeZone: string,
  after: number,
  count: number,
): readonly number[] {
  return [...slotsAfter(schedule, timeZone, after).take(count)];
}

/** The last slot in (after, until]; the same cheap search, however many slots lie between. */
export function latestSlot(
  schedule: CronSchedule,
  timeZone: string,
  after: number,
  until: number,
): number | undefined {
  const last = Math.floor(until / DAY);
  const first = Math.max(Math.floor(after / DAY), last - HORIZON_DAYS);
  for (let day = last; day >= first; day--) {
    const slot = slotsOfDay(schedule, timeZone, day).findLast((at) => at <= until);
    if (slot !== undefined) return slot > after ? slot : undefined;
  }
  return undefined;
}

/** How many slots lie in (after, until], counted up to `limit`. */
export function countSlots(
  schedule: CronSchedule,
  timeZone: string,
  after: number,
  until: number,
  limit: number,
): number {
  let count = 0;
  for (const slot of slotsAfter(schedule, timeZone, after)) {
    if (slot > until || count >= limit) break;
    count++;
  }
  return count;
}

/** Milliseconds of the longest wait between two of the next `count` slots; undefined if there are not two. */
export function largestGap(
  schedule: CronSchedule,
  timeZone: string,
  after: number,
  count = 100,
): number | undefined {
  const slots = nextSlots(schedule, timeZone, after, count);
  const gaps = slots.slice(1).map((slot, at) => slot - (slots[at] ?? slot));
  return gaps.length > 0 ? Math.max(...gaps) : undefined;
}

function* slotsAfter(schedule: CronSchedule, timeZone: string, after: number): Generator<number, undefined> {
  let end = Math.floor(after / DAY) + HORIZON_DAYS;
  for (let day = Math.floor(after / DAY); day <= end; day++) {
    for (const slot of slotsOfDay(schedule, timeZone, day)) {
      if (slot <= after) continue;
      yield slot;
      end = day + HORIZON_DAYS;
    }
  }
}

/** The slots within one day of UTC, which meets up to three dates of a zone; ascending. */
function slotsOfDay(schedule: CronSchedule, timeZone: string, day: number): readonly number[] {
  const dates = [day - 1, day, day + 1].filter((date) => comesDueOn(schedule, date));
  if (dates.length === 0) return [];
  const times = dates.flatMap((date) => timesOf(schedule, date));
  // The day before is looked at too, since a time of this day may be one that clocks show a second time.
  const around = stretches(timeZone, (day - 1) * DAY, (day + 1) * DAY, DAY);
  return around
    .flatMap((stretch) => slotsIn(stretch, times, schedule.fixedTimes))
    .filter((at) => at >= day * DAY);
}

/** The slots within one stretch: `times` are local, read as if they were UTC. */
function slotsIn(stretch: Stretch, times: readonly number[], fixedTimes: boolean): readonly number[] {
  const { from, to, offset, offsetBefore } = stretch;
  const reached = from + offsetBefore;
  const shown = times.filter((time) => time >= from + offset && time < to + offset);
  if (!fixedTimes) return shown.map((time) => time - offset);
  const slots = shown.filter((time) => time >= reached).map((time) => time - offset);
  const skipped = times.some((time) => time >= reached && time < from + offset);
  return skipped && slots[0] !== from ? [from, ...slots] : slots;
}

/** The times of one local date, read as if they were UTC; ascending. */
function timesOf({ hours, minutes }: CronSchedule, date: number): readonly number[] {
  return hours.flatMap((hour) => minutes.map((minute) => date * DAY + hour * HOUR + minute * MINUTE));
}

/** Whether a date, counted in days since the epoch, is one of the schedule's. */
function comesDueOn(schedule: CronSchedule, date: number): boolean {
  const calendar = new Date(date * DAY);
  if (!schedule.months.includes(calendar.getUTCMonth() + 1)) return false;
  const ofMonth = schedule.daysOfMonth.includes(calendar.getUTCDate());
  const ofWeek = schedule.daysOfWeek.includes(calendar.getUTCDay());
  if (schedule.days === 'Either') return ofMonth || ofWeek;
  return (schedule.days === 'OfWeek' || ofMonth) && (schedule.days === 'OfMonth' || ofWeek);
}
