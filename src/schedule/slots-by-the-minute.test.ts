import { assert, boolean, constantFrom, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from './cron.ts';
import { latestSlot, nextSlots } from './slots.ts';

/**
 * The rules for changes of the clock, applied minute by minute and by another way through Intl: slow, and simple enough
 * to be believed. Around every change that each zone has within two years, it must say what `slots.ts` says.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ZONES: Readonly<Record<string, string>> = {
  'Europe/Berlin': '2026-01-01',
  'America/New_York': '2026-01-01',
  'America/St_Johns': '2026-01-01',
  'America/Nuuk': '2026-01-01',
  'America/Havana': '2026-01-01',
  'America/Santiago': '2026-01-01',
  'Africa/Cairo': '2026-01-01',
  'Africa/Casablanca': '2026-01-01',
  'Antarctica/Troll': '2026-01-01',
  'Australia/Lord_Howe': '2026-01-01',
  'Asia/Jerusalem': '2026-01-01',
  'Africa/Windhoek': '2016-01-01',
  'Asia/Kathmandu': '1985-06-01',
  'Pacific/Apia': '2011-01-01',
};

/** What a clock shows, as if it were UTC. */
type Matches = (wall: Date) => boolean;

function clockOf(timeZone: string): (at: number) => number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => Date.parse(`${clock.format(at).replace(' ', 'T')}Z`);
}

/** The quarters of a day in which the clock changes within two years. */
function changesOf(timeZone: string, since: string): readonly number[] {
  const clock = clockOf(timeZone);
  const quarters = Array.from({ length: 2 * 365 * 4 }, (_, at) => Date.parse(since) + at * 6 * HOUR);
  const offsets = quarters.map((at) => clock(at) - at);
  return quarters.filter((_, index) => index > 0 && offsets[index] !== offsets[index - 1]);
}

/** Every minute of the days around a change, with what the clock shows. */
class Days {
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
  readonly #minutes: readonly (readonly [number, number])[];

  constructor(timeZone: string, change: number) {
    const clock = clockOf(timeZone);
    this.timeZone = timeZone;
    this.from = Math.floor(change / DAY) * DAY - DAY;
    this.to = this.from + 3 * DAY;
    const count = (this.to - this.from) / MINUTE;
    this.#minutes = Array.from({ length: count }, (_, at) => this.from + at * MINUTE).map((at) => [
      at,
      clock(at),
    ]);
  }

  /** As often as the clock shows it. */
  shown(matches: Matches): readonly number[] {
    return this.#minutes.filter(([, wall]) => matches(new Date(wall))).map(([at]) => at);
  }

  /** Once for each time: at the first moment that shows it, or at the first one after the gap in which it lies. */
  fixed(matches: Matches): readonly number[] {
    const slots = new Set<number>();
    let unseen = this.#minutes[0]?.[1] ?? 0;
    for (const [at, wall] of this.#minutes)
      for (; unseen <= wall; unseen += MINUTE) if (matches(new Date(unseen))) slots.add(at);
    return [...slots];
  }
}

const days = Object.entries(ZONES).flatMap(([timeZone, since]) =>
  changesOf(timeZone, since).map((change) => new Days(timeZone, change)),
);

/** Where a schedule comes due otherwise than expected: nowhere, one hopes. */
function differences(written: string, around: Days, expected: readonly number[]): readonly string[] {
  const parsed = parseSchedule(written);
  if (!parsed.ok) return [parsed.message];
  const { timeZone, from, to } = around;
  const slots = nextSlots(parsed.schedule, timeZone, from - 1, expected.length + 1).filter((at) => at < to);
  const some = expected.filter((_, index) => index % 10 === 0);
  const latest = some.map((at) => latestSlot(parsed.schedule, timeZone, from - 1, at + MINUTE - 1));
  const same = slots.join() === expected.join() && latest.join() === some.join();
  return same ? [] : [`${written} in ${timeZone} after ${new Date(from).toISOString()}`];
}

const hour = (wall: Date) => wall.getUTCHours();
const minute = (wall: Date) => wall.getUTCMinutes();

const FIXED: readonly (readonly [string, Matches])[] = [
  ['30 2 * * *', (wall) => hour(wall) === 2 && minute(wall) === 30],
  ['0 0 * * *', (wall) => hour(wall) === 0 && minute(wall) === 0],
  ['59 23 * * *', (wall) => hour(wall) === 23 && minute(wall) === 59],
  ['30 23 * * sat', (wall) => hour(wall) === 23 && minute(wall) === 30 && wall.getUTCDay() === 6],
  ['0,15,30,45 0-3,23 * * *', (wall) => [0, 1, 2, 3, 23].includes(hour(wall)) && minute(wall) % 15 === 0],
];

const SHOWN: readonly (readonly [string, Matches])[] = [
  ['*/20 * * * *', (wall) => minute(wall) % 20 === 0],
  ['5 * * * *', (wall) => minute(wall) === 5],
  ['*/30 1-2 * * *', (wall) => [1, 2].includes(hour(wall)) && minute(wall) % 30 === 0],
  ['10 */2 * * sun', (wall) => hour(wall) % 2 === 0 && minute(wall) === 10 && wall.getUTCDay() === 0],
];

describe('around a change of the clock', () => {
  it('is looked at often enough', () => {
    expect(days.length).toBeGreaterThan(40);
  });

  it.each(FIXED)('fixed times come due once: %s', (written, matches) => {
    expect(days.flatMap((around) => differences(written, around, around.fixed(matches)))).toEqual([]);
  });

  it.each(SHOWN)('all others come due whenever they are shown: %s', (written, matches) => {
    expect(days.flatMap((around) => differences(written, around, around.shown(matches)))).toEqual([]);
  });

  it('holds for any list of minutes and hours, with a wildcard or without', () => {
    const numbers = (max: number) => uniqueArray(integer({ min: 0, max }), { minLength: 1, maxLength: 4 });
    assert(
      property(constantFrom(...days), numbers(59), numbers(23), boolean(), (around, minutes, hours, wild) => {
        const matches: Matches = (wall) =>
          minutes.includes(minute(wall)) && (wild || hours.includes(hour(wall)));
        const written = `${minutes.join(',')} ${wild ? '*' : hours.join(',')} * * *`;
        const expected = wild ? around.shown(matches) : around.fixed(matches);
        expect(differences(written, around, expected)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
