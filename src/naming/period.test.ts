import { describe, expect, it } from 'vitest';
import { expiration, inWindow, periodOf, type Unit } from './period.ts';

const DAY = 86_400_000;
const at = Date.parse;
const shown = (time: number) => new Date(time).toISOString();

describe('periodOf', () => {
  it.each<[Unit, string, string, string]>([
    ['Year', '2024-06-30T12:00:00Z', '2024-01-01', '2025-01-01'],
    ['Year', '0050-06-30T12:00:00Z', '0050-01-01', '0051-01-01'],
    ['Month', '2016-02-29T23:59:59.999Z', '2016-02-01', '2016-03-01'],
    ['Month', '2016-12-31T23:59:59.999Z', '2016-12-01', '2017-01-01'],
    ['Week', '2021-01-03T23:59:59.999Z', '2020-12-28', '2021-01-04'],
    ['Week', '2021-01-04T00:00:00Z', '2021-01-04', '2021-01-11'],
    ['Week', '1969-12-31T00:00:00Z', '1969-12-29', '1970-01-05'],
    ['Day', '2016-02-29T18:43:39Z', '2016-02-29', '2016-03-01'],
    ['Day', '1969-12-31T23:00:00Z', '1969-12-31', '1970-01-01'],
    ['Hour', '2016-12-31T23:59:59.999Z', '2016-12-31T23:00Z', '2017-01-01T00:00Z'],
  ])('is the %s that contains %s', (unit, moment, start, end) => {
    const period = periodOf(unit, at(moment));
    expect([shown(period.start), shown(period.end)]).toEqual([shown(at(start)), shown(at(end))]);
  });

  it('reaches beyond the year 9999', () => {
    const day = periodOf('Day', at('9999-12-31T12:00:00Z'));
    expect(day.end - day.start).toBe(DAY);
  });
});

describe('expiration', () => {
  it.each<[Unit, string, number, string]>([
    ['Day', '2016-02-29T00:00:00Z', 1, '2016-03-02'],
    ['Day', '2015-02-28T00:00:00Z', 1, '2015-03-02'],
    ['Month', '2016-08-31T00:00:00Z', 30, '2016-10-01'],
    ['Month', '2016-12-01T00:00:00Z', 1, '2017-01-02'],
    ['Week', '2020-12-31T00:00:00Z', 7, '2021-01-11'],
  ])('counts from the end of the %s of %s', (unit, moment, days, expected) => {
    expect(shown(expiration(periodOf(unit, at(moment)), days * DAY))).toBe(shown(at(expected)));
  });
});

describe('inWindow', () => {
  // Ends of months, a leap day, the day after one that was none, the middle and the end of a day, the end of a year.
  const moments = [
    '2016-02-29T00:00:00Z',
    '2016-08-31T00:00:00Z',
    '2016-09-01T00:00:00Z',
    '2017-03-01T00:00:00Z',
    '2016-04-10T18:43:39Z',
    '2016-12-31T23:59:59.999Z',
  ];
  const daysAgo = (now: number, days: number) => periodOf('Day', now - days * DAY);

  it.each(moments)('of a day contains today and yesterday, at %s', (moment) => {
    const now = at(moment);
    expect([0, 1, 2].map((days) => inWindow(daysAgo(now, days), DAY, now))).toEqual([true, true, false]);
  });

  it.each(moments)('of seven days contains today and seven days before, at %s', (moment) => {
    const now = at(moment);
    expect([7, 8].map((days) => inWindow(daysAgo(now, days), 7 * DAY, now))).toEqual([true, false]);
  });

  it.each(moments)('of no time contains today only, at %s', (moment) => {
    const now = at(moment);
    expect([0, 1].map((days) => inWindow(daysAgo(now, days), 0, now))).toEqual([true, false]);
  });

  it.each([
    ['2016-02-29T00:00:00Z', '2016-01-31', false],
    ['2016-08-31T00:00:00Z', '2016-07-31', false],
    ['2016-09-01T00:00:00Z', '2016-08-01', true],
    ['2016-09-02T00:00:00Z', '2016-08-31', false],
    ['2017-03-01T00:00:00Z', '2017-02-01', true],
    ['2017-01-01T23:59:59.999Z', '2016-12-01', true],
    ['2016-12-31T23:59:59.999Z', '2016-12-01', true],
    ['2016-12-31T23:59:59.999Z', '2016-11-30', false],
  ])('of a day, on %s, contains the month of %s: %s', (now, month, contained) => {
    expect(inWindow(periodOf('Month', at(month)), DAY, at(now))).toBe(contained);
  });

  it('contains what lies in the future, be it the year 9999', () => {
    const now = at('2016-02-29T00:00:00Z');
    expect(inWindow(periodOf('Day', now + DAY), 0, now)).toBe(true);
    expect(inWindow(periodOf('Year', at('9999-01-01')), DAY, now)).toBe(true);
  });
});
