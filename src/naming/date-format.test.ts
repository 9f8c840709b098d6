import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DateFormat, parseDateFormat, readDate, writeDate } from './date-format.ts';
import type { Unit } from './period.ts';

const DAY = 86_400_000;
const at = Date.parse;

function formatOf(text: string): DateFormat {
  const parsed = parseDateFormat(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.format;
}

const FORMATS = [
  'yyyy',
  'yyyy.MM',
  'yyyy-MM-dd',
  'yyyyMMddHH',
  'dd.MM.yyyy',
  "xxxx-'W'ww",
  'xxxx.ww',
  "yyyy'q'MM_dd",
];

describe('parseDateFormat', () => {
  it.each<[string, Unit]>([
    ['yyyy', 'Year'],
    ['yyyy.MM', 'Month'],
    ['MM-yyyy', 'Month'],
    ['yyyyMMdd', 'Day'],
    ['yyyy.MM.dd_HH', 'Hour'],
    ["xxxx-'W'ww", 'Week'],
  ])('takes %s for one %s', (text, unit) => {
    expect(formatOf(text).unit).toBe(unit);
  });

  it.each([
    '',
    '.',
    'yy',
    'yyyyy',
    'YYYY.MM',
    'yyyy.mm',
    'yyyy.M',
    'yyyy.MM.DD',
    'MM',
    'MM.dd',
    'yyyy.dd',
    'yyyy.HH',
    'yyyy.MM.HH',
    'ww',
    'xxxx',
    'yyyy.ww',
    'xxxx.MM',
    'yyyy.xxxx.ww',
    'yyyy.yyyy',
    'yyyy.MM.MM',
    "yyyy'Wo'MM",
    "yyyy'",
    'yyyy/MM',
    'yyyy MM',
    'yyyy1MM',
    'hh',
    'yyyyMMddHHmm',
  ])('refuses %j', (text) => {
    expect(parseDateFormat(text).ok).toBe(false);
  });
});

describe('readDate', () => {
  it.each([
    ['yyyy', '2024', '2024-01-01', '2025-01-01'],
    ['yyyy.MM', '2016.02', '2016-02-01', '2016-03-01'],
    ['yyyy.MM.dd', '2024.02.29', '2024-02-29', '2024-03-01'],
    ['yyyy.MM.dd', '0099.12.31', '0099-12-31', '0100-01-01'],
    ['yyyyMMddHH', '2024123123', '2024-12-31T23:00Z', '2025-01-01T00:00Z'],
    ["xxxx-'W'ww", '2020-w53', '2020-12-28', '2021-01-04'],
    ["xxxx-'W'ww", '2025-w01', '2024-12-30', '2025-01-06'],
    ["xxxx-'W'ww", '2026-w53', '2026-12-28', '2027-01-04'],
  ])('reads %s: %s', (format, written, start, end) => {
    expect(readDate(formatOf(format), written)).toEqual({ start: at(start), end: at(end) });
  });

  it.each([
    ['yyyy.MM.dd', '2024.02.30'],
    ['yyyy.MM.dd', '2023.02.29'],
    ['yyyy.MM.dd', '1900.02.29'],
    ['yyyy.MM.dd', '2024.04.31'],
    ['yyyy.MM.dd', '2024.00.01'],
    ['yyyy.MM.dd', '2024.13.01'],
    ['yyyy.MM.dd', '2024.01.00'],
    ['yyyy.MM.dd', '2024-01-01'],
    ['yyyy.MM.dd', '2024.1.01'],
    ['yyyy.MM.dd', '2024.01.011'],
    ['yyyy.MM.dd', '+024.01.01'],
    ['yyyy.MM.dd', '2024.01. 1'],
    ['yyyy.MM.dd', '٢٠٢٤.01.01'],
    ['yyyyMMddHH', '2024010124'],
    ["xxxx-'W'ww", '2021-w53'],
    ["xxxx-'W'ww", '2021-w00'],
    ["xxxx-'W'ww", '9999-w53'],
    ["xxxx-'W'ww", '9999-w99'],
    ["xxxx-'W'ww", '2021-W01'],
    ["xxxx-'W'ww", '2021-wxx'],
    ["xxxx-'W'ww", '-021-w01'],
    ['yyyy', ''],
  ])('does not read %s: %s', (format, written) => {
    expect(readDate(formatOf(format), written)).toBeUndefined();
  });

  it('reads back what was written, and finds the moment in the period', () => {
    const moment = integer({ min: at('0001-01-01T00:00:00Z'), max: at('9999-12-26T00:00:00Z') });
    assert(
      property(constantFrom(...FORMATS), moment, (text, time) => {
        const format = formatOf(text);
        const written = writeDate(format, time);
        const period = readDate(format, written);
        expect(period && period.start <= time && time < period.end).toBe(true);
        expect(writeDate(format, period?.start ?? 0)).toBe(written);
        expect(writeDate(format, (period?.end ?? 0) - 1)).toBe(written);
        if (written.includes('9999')) return;
        expect(writeDate(format, period?.end ?? 0)).not.toBe(written);
      }),
      { numRuns: 500 },
    );
  });
});

describe('writeDate', () => {
  it('numbers the weeks of half a century without a gap', () => {
    const format = formatOf('xxxx.ww');
    let [year, week] = [1996, 1];
    for (let monday = at('1996-01-01T00:00:00Z'); monday < at('2046-01-01T00:00:00Z'); monday += 7 * DAY) {
      const thursday = new Date(monday + 3 * DAY);
      week = thursday.getUTCFullYear() === year ? week : 1;
      year = thursday.getUTCFullYear();
      expect(writeDate(format, monday)).toBe(`${year}.${String(week).padStart(2, '0')}`);
      expect(writeDate(format, monday + 7 * DAY - 1)).toBe(writeDate(format, monday));
      week++;
    }
  });

  it.each(['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])(
    'refuses a year that does not fit: %s',
    (time) => {
      expect(() => writeDate(formatOf('yyyy'), at(time))).toThrow(RangeError);
    },
  );
});
