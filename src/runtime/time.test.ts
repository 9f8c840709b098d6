import { expect, it } from 'vitest';
import { isAhead, MOST_SKEW_SECONDS, timeOf, timeText } from './time.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

it('writes times to the second, without rounding up into the future', () => {
  expect(timeText(NOW + 999)).toBe('2026-11-26T12:00:00Z');
});

it('reads back what it writes, and nothing where there is no time', () => {
  expect(timeOf(timeText(NOW))).toBe(NOW);
  expect(timeOf(undefined)).toBeUndefined();
});

it('takes a time for one of a clock that was ahead only beyond what clocks may differ', () => {
  const after = (seconds: number) => timeText(NOW + seconds * 1000);
  expect(isAhead(after(MOST_SKEW_SECONDS), NOW)).toBe(false);
  expect(isAhead(after(MOST_SKEW_SECONDS + 1), NOW)).toBe(true);
  expect(isAhead(after(-3_600), NOW)).toBe(false);
  expect(isAhead(undefined, NOW)).toBe(false);
});
