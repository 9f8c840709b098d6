import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, milliseconds, parseDuration } from '../crds/duration.ts';
import { formatDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['90d', 7_776_000_000],
    ['1d2h3m4s', 93_784_000],
    ['0s', 0],
    ['007s', 7000],
  ])('reads %s', (written, milliseconds) => {
    expect(parseDuration(written)).toBe(milliseconds);
  });

  it.each([
    '',
    '5',
    '1w',
    '-1s',
    '+1s',
    '30m1h',
    '1h1h',
    '1.5h',
    '1 h',
    '1H',
    ' 1s',
    '1s\n',
    '1ms',
    'PT1H',
    '1234567890s',
    '١s',
  ])('does not read %j', (written) => {
    expect(parseDuration(written)).toBeUndefined();
    expect(() => milliseconds(written)).toThrow(RangeError);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [1234, '1.2s'],
    [9949, '9.9s'],
    [9999, '10s'],
    [10_400, '10s'],
    [59_999, '1m'],
    [252_000, '4m12s'],
    [3_600_000, '1h'],
    [3_601_000, '1h'],
    [93_784_000, '1d2h'],
    [7_776_000_000, '90d'],
  ])('writes %d as %s', (milliseconds, written) => {
    expect(formatDuration(milliseconds)).toBe(written);
  });

  it('writes what can be read back, within a tenth of what it stands for', () => {
    assert(
      property(integer({ min: 10_000, max: 10 ** 12 }), (milliseconds) => {
        const back = parseDuration(formatDuration(milliseconds)) ?? Number.NaN;
        expect(Math.abs(back - milliseconds)).toBeLessThanOrEqual(Math.max(milliseconds / 10, 500));
      }),
    );
  });
});

describe('duration as a field', () => {
  it.each(['5s', '1h', '60m', '3600s', '0h5s'])('takes %s within its bounds', (written) => {
    expect(duration('5s', '1h').safeParse(written).success).toBe(true);
  });

  it.each(['4s', '1h1s', '1d', '', '0d', '61m'])('refuses %j outside of its bounds', (written) => {
    expect(duration('5s', '1h').safeParse(written).success).toBe(false);
  });

  it('names the bound that cannot be read', () => {
    expect(() => duration('5', '1h')).toThrow(/^5 is not/u);
  });
});
