import { describe, expect, it } from 'vitest';
import { copyPercent, rate, remainingMs, roughDuration, type Sample, withSample } from './progress.ts';

describe('copyPercent', () => {
  it.each([
    [0, 0, 0],
    [0, 10, 0],
    [5, 10, 45],
    [10, 10, 90],
    [11, 10, 90],
  ])('%d of %d documents are %d percent', (completed, total, percent) => {
    expect(copyPercent(completed, total)).toBe(percent);
  });
});

describe('rate', () => {
  it('is unknown until the window is long enough to mean something', () => {
    expect(rate([{ at: 0, completed: 0 }], { at: 500, completed: 1000 })).toBeUndefined();
  });

  it('is what was done over the window', () => {
    expect(rate([{ at: 0, completed: 0 }], { at: 10_000, completed: 50_000 })).toBe(5_000);
  });

  it('forgets what is older than the window', () => {
    const samples = [
      { at: 0, completed: 0 },
      { at: 50_000, completed: 1_000 },
    ];
    expect(rate(samples, { at: 70_000, completed: 3_000 })).toBe(100);
  });

  it('is not fooled by a clock that went back', () => {
    expect(rate([{ at: 90_000, completed: 0 }], { at: 10_000, completed: 1 })).toBeUndefined();
  });
});

describe('withSample', () => {
  it('keeps at most ten, five seconds apart', () => {
    const samples = Array.from({ length: 200 }, (_, at) => ({ at: at * 1_000, completed: at })).reduce<
      readonly Sample[]
    >(withSample, []);
    expect(samples.length).toBeLessThanOrEqual(10);
    const gaps = samples.slice(1).map(({ at }, before) => at - (samples[before]?.at ?? at));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  });
});

describe('remainingMs', () => {
  it('is unknown while nothing moves', () => {
    expect(remainingMs(1, 10, 0)).toBeUndefined();
    expect(remainingMs(1, 10, undefined)).toBeUndefined();
  });

  it('is the rest at the present speed', () => {
    expect(remainingMs(40, 100, 20)).toBe(3_000);
  });
});

describe('roughDuration', () => {
  it.each([
    [0, '0s'],
    [59_400, '59s'],
    [60_000, '1m'],
    [239_000, '4m'],
    [3_600_000, '1h'],
    [4_800_000, '1h20m'],
    [90_000_000, '1d1h'],
  ])('%d ms read as %s', (ms, text) => {
    expect(roughDuration(ms)).toBe(text);
  });
});
