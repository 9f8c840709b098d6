import { expect, it } from 'vitest';
import { aheadAt } from './maintenance-clock.ts';

it.each([
  ['2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z'],
  ['2026-03-01T23:30:00Z', '2026-03-01T23:30:00Z'],
  ['2026-03-01T23:30:01Z', '2026-03-02T00:00:00Z'],
  ['2026-03-01T23:59:59Z', '2026-03-02T00:00:00Z'],
])('is in the next day from the start where that is about to begin: %s', (real, told) => {
  const now = Date.parse(real);
  expect(now + aheadAt(now)).toBe(Date.parse(told));
});
