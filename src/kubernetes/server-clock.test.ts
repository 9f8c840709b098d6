import { expect, it } from 'vitest';
import { createServerClock } from './server-clock.ts';

const NOW = Date.parse('2016-03-01T12:00:00Z');

it.each([
  [[], 0],
  [['Tue, 01 Mar 2016 12:00:00 GMT'], 0],
  [['Tue, 01 Mar 2016 11:58:00 GMT'], 120],
  [['Tue, 01 Mar 2016 12:01:30 GMT'], 90],
  [['Tue, 01 Mar 2016 11:00:00 GMT', 'Tue, 01 Mar 2016 12:00:00 GMT'], 0],
  [['Tue, 01 Mar 2016 11:58:00 GMT', 'tomorrow'], 120],
])('after %j the clocks differ by %d seconds', (heard, seconds) => {
  const clock = createServerClock(() => NOW);
  for (const date of heard) clock.hear(date);
  expect(clock.skewSeconds()).toBe(seconds);
});

it.each([
  ['its own before any answer', [], 0],
  ['an hour earlier', ['Tue, 01 Mar 2016 11:00:00 GMT'], -3_600_000],
  ['an hour later', ['Tue, 01 Mar 2016 13:00:00 GMT'], 3_600_000],
])('shows the time of the API server, and goes on by itself: %s', (_, heard, ahead) => {
  let now = NOW;
  const clock = createServerClock(() => now);
  for (const date of heard) clock.hear(date);
  now += 5_000;
  expect(clock.now()).toBe(NOW + ahead + 5_000);
});
