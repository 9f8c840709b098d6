import type { CronSchedule } from './cron.ts';
import { stretches, type Stretch } from './time-zone.ts';

/**
 * Slots: the moments at which a schedule comes due in a time zone, in milliseconds since the epoch.
 *
 * Where clocks are put forward, fixed times that they skip come due once, at the first moment after the gap. Where they
 * are put back, fixed times come due at the first of their two moments. Schedules with a wildcard or a step in minute or
 * hour come due whenever the clock shows a time of theirs, so through both hours, and not in the gap.
 *
 * No library does this: croner, the nearest, leaves out a fixed time whose gap ends on the next date, as in Nuuk.
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

/** Waits of more than a year, as for a leap day, are as long as those to come. */
const LOOK_BACK = 366 * DAY;

/** So many slots are looked at for the longest wait, and those of a week at least: nights and weekends belong to it. */
const LOOKED_AT = 100;
const WEEK = 8 * DAY;

/**
 * Milliseconds of the longest wait between two slots, from the wait that `since` is in. So whoever has met every slot up
 * to `since` has never waited for longer. Undefined if there are not two slots.
 */
export function largestGap(schedule: CronSchedule, timeZone: string, since: number): number | undefined {
  let before = latestSlot(schedule, timeZone, since - LOOK_BACK, since);
  let largest: number | undefined;
  let count = 0;
  for (const slot of slotsAfter(schedule, timeZone, before ?? since)) {
    if (before !== undefined) largest = Math.max(largest ?? 0, slot - before);
    before = slot;
    count += 1;
    if (count >= LOOKED_AT && slot - since > WEEK) break;
  }
  return largest;
}

function* slotsAfter(schedule: CronSchedule, timeZone: string, after: number): Generator<number, undefined> {
  let day = Math.floor(after / DAY);
  let horizon = day + HORIZON_DAYS;
  for (;;) {
    const due = nextDate(schedule, day - 1, horizon);
    if (due === undefined) return;
    day = Math.max(day, due - 1);
    for (const slot of slotsOfDay(schedule, timeZone, day)) {
      if (slot <= after) continue;
      yield slot;
      horizon = day + HORIZON_DAYS;
    }
    day++;
  }
}

/** The slots within one day of UTC, in which a zone shows parts of two dates; ascending. */
function slotsOfDay(schedule: CronSchedule, timeZone: string, day: number): readonly number[] {
  if (nextDate(schedule, day - 1, day + 1) === undefined) return [];
  const start = day * DAY;
  // From a day earlier, to see what was shown before: clocks may change at this very midnight, as in Jerusalem.
  const around = stretches(timeZone, start - DAY, start + DAY, DAY);
  return around.flatMap((stretch) => slotsIn(schedule, stretch, start));
}

/** The slots from `start` on within one stretch. */
function slotsIn(schedule: CronSchedule, stretch: Stretch, start: number): readonly number[] {
  const { from, to, offset, offsetBefore } = stretch;
  const first = Math.max(from, start) + offset;
  if (!schedule.fixedTimes) return localTimes(schedule, first, to + offset).map((time) => time - offset);
  const unseen = from + offsetBefore;
  const slots = localTimes(schedule, Math.max(first, unseen), to + offset).map((time) => time - offset);
  const skipped = from >= start ? localTimes(schedule, unseen, from + offset) : [];
  return skipped.length > 0 && slots[0] !== from ? [from, ...slots] : slots;
}

/** The schedule's times in [from, to) as a clock without changes shows them, read as if they were UTC; ascending. */
function localTimes(schedule: CronSchedule, from: number, to: number): readonly number[] {
  const times: number[] = [];
  for (let date = Math.floor(from / DAY); date * DAY < to; date++) {
    if (comesDueOn(schedule, date)) times.push(...timesOf(schedule, date));
  }
  return times.filter((time) => time >= from && time < to);
}

function timesOf({ hours, minutes }: CronSchedule, date: number): readonly number[] {
  return hours.flatMap((hour) => minutes.map((minute) => date * DAY + hour * HOUR + minute * MINUTE));
}

/** The first of the schedule's dates in [from, to]; dates are counted in days since the epoch. */
function nextDate(schedule: CronSchedule, from: number, to: number): number | undefined {
  let date = from;
  while (date <= to && !comesDueOn(schedule, date))
    date = comesDueInMonth(schedule, date) ? date + 1 : nextMonth(date);
  return date <= to ? date : undefined;
}

function comesDueOn(schedule: CronSchedule, date: number): boolean {
  if (!comesDueInMonth(schedule, date)) return false;
  const calendar = new Date(date * DAY);
  const ofMonth = schedule.daysOfMonth.includes(calendar.getUTCDate());
  const ofWeek = schedule.daysOfWeek.includes(calendar.getUTCDay());
  if (schedule.days === 'Either') return ofMonth || ofWeek;
  return (schedule.days === 'OfWeek' || ofMonth) && (schedule.days === 'OfMonth' || ofWeek);
}

const comesDueInMonth = ({ months }: CronSchedule, date: number): boolean =>
  months.includes(new Date(date * DAY).getUTCMonth() + 1);

function nextMonth(date: number): number {
  const calendar = new Date(date * DAY);
  return Date.UTC(calendar.getUTCFullYear(), calendar.getUTCMonth() + 1) / DAY;
}
