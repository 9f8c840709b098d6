import { array, assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleOf } from './cron.ts';
import { countSlots, largestGap, latestSlot, nextSlot, nextSlots } from './slots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = Date.parse;
const shown = (slot: number) => `${new Date(slot).toISOString().slice(0, 16)}Z`;

describe('nextSlots', () => {
  it.each([
    [
      'a plain schedule',
      '0 */6 * * *',
      'Etc/UTC',
      '2026-01-01T00:00Z',
      '2026-01-01T06:00Z 2026-01-01T12:00Z',
    ],
    ['a moment within a minute', '* * * * *', 'Etc/UTC', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01Z'],
    [
      'local midnight',
      '@daily',
      'Asia/Kathmandu',
      '2026-01-01T00:00Z',
      '2026-01-01T18:15Z 2026-01-02T18:15Z',
    ],
    [
      'days that are given twice',
      '0 0 13 * 5',
      'Etc/UTC',
      '2026-02-01T00:00Z',
      '2026-02-06T00:00Z 2026-02-13T00:00Z 2026-02-20T00:00Z',
    ],
    [
      'the last day of long months',
      '0 0 31 * *',
      'Etc/UTC',
      '2026-01-31T00:00Z',
      '2026-03-31T00:00Z 2026-05-31T00:00Z',
    ],
    [
      'a leap day',
      '0 0 29 2 *',
      'Etc/UTC',
      '2026-01-01T00:00Z',
      '2028-02-29T00:00Z 2032-02-29T00:00Z 2036-02-29T00:00Z 2040-02-29T00:00Z',
    ],
    ['a leap day eight years ahead', '0 0 29 2 *', 'Etc/UTC', '2096-02-29T00:00Z', '2104-02-29T00:00Z'],
    [
      'the turn of a year',
      '@yearly',
      'Pacific/Kiritimati',
      '2026-06-01T00:00Z',
      '2026-12-31T10:00Z 2027-12-31T10:00Z',
    ],

    [
      'fixed: a gap',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T00:00Z',
      '2026-03-28T01:30Z 2026-03-29T01:00Z 2026-03-30T00:30Z',
    ],
    [
      'fixed: several times in one gap are one',
      '15,45 2 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T01:00Z 2026-03-30T00:15Z',
    ],
    [
      'fixed: a gap that ends with a slot',
      '0 2-3 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T01:00Z 2026-03-30T00:00Z',
    ],
    [
      'fixed: an overlap',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-25T00:30Z 2026-10-26T01:30Z',
    ],
    [
      'fixed: asked for within the overlap',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-25T00:45Z',
      '2026-10-26T01:30Z',
    ],
    [
      'fixed: New York in spring',
      '30 2 * * *',
      'America/New_York',
      '2026-03-08T00:00Z',
      '2026-03-08T07:00Z 2026-03-09T06:30Z',
    ],
    [
      'fixed: New York in autumn',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T00:00Z',
      '2026-11-01T05:30Z 2026-11-02T06:30Z',
    ],
    [
      'fixed: half an hour is skipped',
      '10 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T00:00Z',
      '2026-10-03T15:30Z 2026-10-04T15:10Z',
    ],
    [
      'fixed: half an hour is repeated',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T00:00Z',
      '2026-04-04T14:45Z 2026-04-05T15:15Z',
    ],
    [
      'fixed: the gap ends with another date',
      '30 23 * * *',
      'America/Nuuk',
      '2027-03-27T12:00Z',
      '2027-03-28T01:00Z 2027-03-29T00:30Z',
    ],
    [
      'fixed: a date of which only the gap is left',
      '30 23 27 3 *',
      'America/Nuuk',
      '2027-03-01T00:00Z',
      '2027-03-28T01:00Z 2028-03-28T00:30Z',
    ],
    [
      'fixed: a gap at midnight of UTC',
      '30 2 * * *',
      'Asia/Jerusalem',
      '2026-03-26T12:00Z',
      '2026-03-27T00:00Z 2026-03-27T23:30Z',
    ],
    [
      'fixed: midnight is skipped',
      '@daily',
      'Africa/Cairo',
      '2027-04-29T12:00Z',
      '2027-04-29T22:00Z 2027-04-30T21:00Z',
    ],

    [
      'any: a gap',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T00:30Z 2026-03-29T01:00Z 2026-03-29T01:30Z',
    ],
    [
      'any: nothing that lies in a gap',
      '*/30 2 * * *',
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-30T00:00Z 2026-03-30T00:30Z',
    ],
    [
      'any: an overlap',
      '*/30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z 2026-10-26T01:00Z',
    ],
    [
      'any: each hour of the day',
      '30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-25T02:30Z',
    ],
    [
      'any: half an hour is repeated',
      '*/15 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:15Z',
      '2026-04-04T14:30Z 2026-04-04T14:45Z 2026-04-04T15:00Z 2026-04-04T15:15Z 2026-04-05T14:30Z',
    ],
  ])('are right for %s: %s in %s', (_what, written, zone, after, expected) => {
    const slots = expected.split(' ');
    expect(nextSlots(scheduleOf(written), zone, at(after), slots.length).map(shown)).toEqual(slots);
  });

  it('are none for a date that no calendar has', () => {
    expect(nextSlots(scheduleOf('0 0 30 2 *'), 'Etc/UTC', 0, 1)).toEqual([]);
    expect(nextSlot(scheduleOf('0 0 31 4,6,9,11 *'), 'Etc/UTC', 0)).toBeUndefined();
  });
});

describe('latestSlot', () => {
  const hourly = scheduleOf('@hourly');

  it.each([
    ['excludes the moment after which it looks', '2026-01-01T01:00Z', '2026-01-01T01:59Z', undefined],
    [
      'includes the moment until which it looks',
      '2026-01-01T00:00Z',
      '2026-01-01T01:00Z',
      '2026-01-01T01:00Z',
    ],
    ['is the last of many', '2025-01-01T00:00Z', '2026-01-01T01:59Z', '2026-01-01T01:00Z'],
    ['is none in an empty span', '2026-01-01T01:00Z', '2026-01-01T01:00Z', undefined],
    ['is none in a reversed span', '2026-01-02T01:00Z', '2026-01-01T01:00Z', undefined],
  ])('%s', (_what, after, until, expected) => {
    const slot = latestSlot(hourly, 'Etc/UTC', at(after), at(until));
    expect(slot === undefined ? undefined : shown(slot)).toBe(expected);
  });

  it('finds a slot that is years away', () => {
    const slot = latestSlot(scheduleOf('0 0 29 2 *'), 'Etc/UTC', 0, at('2031-12-31T00:00Z'));
    expect(shown(slot ?? 0)).toBe('2028-02-29T00:00Z');
  });
});

describe('largestGap', () => {
  it.each([
    ['@hourly', 'Etc/UTC', HOUR],
    ['0 9-17 * * mon-fri', 'Etc/UTC', 64 * HOUR],
    ['0 0 1 * *', 'Etc/UTC', 31 * DAY],
    ['@daily', 'Europe/Berlin', 25 * HOUR],
  ])('of %s in %s', (written, zone, gap) => {
    expect(largestGap(scheduleOf(written), zone, at('2026-09-01T00:00Z'))).toBe(gap);
  });

  it.each([
    ['a night', '*/5 8-17 * * *', '2026-09-01T17:55Z', 14 * HOUR + 5 * MINUTE],
    ['a weekend, at its end', '*/15 8-18 * * 1-5', '2026-09-04T18:45Z', 61 * HOUR + 15 * MINUTE],
    ['a weekend, at its beginning', '*/15 8-18 * * 1-5', '2026-08-31T08:00Z', 61 * HOUR + 15 * MINUTE],
    ['most of a month', '*/5 8-17 1-3 * *', '2026-09-03T18:00Z', 27 * DAY + 14 * HOUR + 5 * MINUTE],
  ])('counts %s, also the one that is under way', (_what, written, since, gap) => {
    expect(largestGap(scheduleOf(written), 'Etc/UTC', at(since))).toBe(gap);
  });

  it('is unknown for a schedule that never comes due', () => {
    expect(largestGap(scheduleOf('0 0 30 2 *'), 'Etc/UTC', 0)).toBeUndefined();
  });
});

describe('any schedule in any zone', () => {
  const zone = constantFrom(
    'Etc/UTC',
    'Europe/Berlin',
    'America/Nuuk',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const list = (max: number) =>
    uniqueArray(integer({ min: 0, max }), { minLength: 1, maxLength: 4 }).map(String);
  const wild = (max: number) => integer({ min: 1, max }).map((step) => `*/${step}`);
  const written = record({
    minute: array(integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 1 }).chain(([sort]) =>
      sort === 0 ? wild(59) : list(59),
    ),
    hour: integer({ min: 0, max: 2 }).chain((sort) => (sort === 0 ? wild(23) : list(23))),
    days: constantFrom('* * *', '* * 1-5', '13 * 5', '1,15 * *', '* 3,10 *', '31 * *'),
  }).map(({ minute, hour, days }) => `${minute} ${hour} ${days}`);
  const moment = integer({ min: at('2024-01-01T00:00Z'), max: at('2030-01-01T00:00Z') });

  it('comes due later each time, and the latest of all missed slots is the last of the next ones', () => {
    assert(
      property(written, zone, moment, (text, timeZone, after) => {
        const schedule = scheduleOf(text);
        const slots = nextSlots(schedule, timeZone, after, 50);
        expect(slots.length).toBe(50);
        expect(slots.every((slot, index) => slot > (slots[index - 1] ?? after))).toBe(true);
        const last = slots.at(-1) ?? 0;
        expect(nextSlot(schedule, timeZone, slots.at(-2) ?? 0)).toBe(last);
        expect(latestSlot(schedule, timeZone, after, last)).toBe(last);
        expect(latestSlot(schedule, timeZone, after, last - 1)).toBe(slots.at(-2));
        expect(latestSlot(schedule, timeZone, after, (slots[0] ?? 0) - 1)).toBeUndefined();
        expect(countSlots(schedule, timeZone, after, last, 1000)).toBe(50);
        expect(countSlots(schedule, timeZone, after, last - 1, 1000)).toBe(49);
        expect(countSlots(schedule, timeZone, after, last, 7)).toBe(7);
      }),
      { numRuns: 200 },
    );
  });

  it('has one latest slot after a thousand missed ones', () => {
    const schedule = scheduleOf('*/5 * * * *');
    const after = at('2026-03-28T00:02Z');
    const until = after + 1000 * 5 * MINUTE;
    expect(countSlots(schedule, 'Europe/Berlin', after, until, 5000)).toBe(1000);
    expect(latestSlot(schedule, 'Europe/Berlin', after, until)).toBe(until - 2 * MINUTE);
  });
});
