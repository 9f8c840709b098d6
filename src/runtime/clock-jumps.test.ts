import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { watchClock } from './clock-jumps.ts';

function bed() {
  const manual = manualClock();
  const state = { ahead: 0 };
  const jumps: number[] = [];
  const stop = new AbortController();
  const clock = { ...manual, now: () => manual.now() + state.ahead };
  const over = watchClock(clock, (seconds) => void jumps.push(seconds), stop.signal);
  return { manual, state, jumps, end: () => (stop.abort(), over) };
}

it.each([
  ['forward', 7_200_000, 7_200],
  ['back', -7_200_000, -7_200],
])('tells once of a clock that is set %s', async (_, ms, seconds) => {
  const { manual, state, jumps, end } = bed();
  await manual.advance(60_000);
  expect(jumps).toEqual([]);
  state.ahead = ms;
  await manual.advance(120_000);
  expect(jumps).toEqual([seconds]);
  await end();
});

it('takes a clock that is mended slowly for one that runs', async () => {
  const { manual, state, jumps, end } = bed();
  for (let minute = 0; minute < 60; minute += 1) {
    state.ahead += 2_000;
    await manual.advance(60_000);
  }
  expect(jumps).toEqual([]);
  await end();
});
