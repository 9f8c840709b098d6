import { expect, it } from 'vitest';
import { createPulse, longer } from './workload-pulse.ts';

function pulseAt() {
  let time = 0;
  return { pulse: createPulse(() => time), at: (ms: number) => void (time = ms) };
}

it('measures the longest time without an acknowledged write, the first one included', () => {
  const { pulse, at } = pulseAt();
  for (const ms of [40, 50, 90, 95]) {
    at(ms);
    pulse.acknowledged();
  }
  expect(pulse.waits).toEqual({ longestGapMs: 40, longestBlockMs: 0 });
});

it('measures a block from its first refusal to the next acknowledged write', () => {
  const { pulse, at } = pulseAt();
  at(10);
  pulse.acknowledged();
  at(30);
  pulse.refusedByBlock();
  at(60);
  pulse.refusedByBlock();
  at(100);
  pulse.acknowledged();
  expect(pulse.waits).toEqual({ longestGapMs: 90, longestBlockMs: 70 });
});

it('takes the longer of each', () => {
  expect(longer({ longestGapMs: 1, longestBlockMs: 5 }, { longestGapMs: 2, longestBlockMs: 0 })).toEqual({
    longestGapMs: 2,
    longestBlockMs: 5,
  });
});
