import { describe, expect, it } from 'vitest';
import {
  copyPercent,
  rate,
  remainingMs,
  roughDuration,
  type Sample,
  withinLimit,
  withSample,
} from './progress.ts';

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

  it('does not count the time in which nobody could look', () => {
    const samples = [
      { at: 0, completed: 0 },
      { at: 5_000, completed: 5_000 },
      { at: 35_000, completed: 6_000 },
    ];
    expect(rate(samples, { at: 36_000, completed: 7_000 })).toBeUndefined();
    expect(rate(samples, { at: 40_000, completed: 11_000 })).toBe(1_000);
  });

  it('begins anew where documents of a part that was lost are copied again', () => {
    const samples = [
      { at: 0, completed: 0 },
      { at: 5_000, completed: 5_000 },
      { at: 10_000, completed: 1_000 },
    ];
    expect(rate(samples.slice(0, 2), { at: 10_000, completed: 1_000 })).toBeUndefined();
    expect(rate(samples, { at: 15_000, completed: 6_000 })).toBe(1_000);
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

  it('is the rest at the present speed, and what comes after it', () => {
    expect(remainingMs(40, 100, 20)).toBe(6_000);
  });
});

describe('withinLimit', () => {
  it.each([
    ['no limit', 50, undefined, 50],
    ['documents that have just come at once', 50, 2, 2],
    ['a pause until the next ones', 0, 2, 2],
    ['nothing measured yet', undefined, 2, 2],
    ['a copy that is slower than it may be', 50, 1_000, 50],
    ['neither', undefined, undefined, undefined],
  ])('with %s', (_, perSecond, limit, expected) => {
    expect(withinLimit(perSecond, limit)).toBe(expected);
  });
});

describe('what a person sees of a copy', () => {
  const TOTAL = 10_000_000;

  /** One look a second at a copy that goes as fast as `speed` says; each look as the report of a copy makes it. */
  function watch(speed: (second: number) => number) {
    const looks: { second: number; percent: number; leftMs: number | undefined }[] = [];
    let [samples, completed, second]: [readonly Sample[], number, number] = [[], 0, 0];
    for (; completed < TOTAL; second += 1) {
      const now = { at: second * 1_000, completed };
      const leftMs = remainingMs(completed, TOTAL, rate(samples, now));
      looks.push({ second, percent: copyPercent(completed, TOTAL), leftMs });
      samples = withSample(samples, now);
      completed += Math.round(speed(second));
    }
    return { looks, seconds: second };
  }

  it.each([
    ['is steady', () => 50_000],
    ['comes in waves, as ranges end together', (second: number) => (second % 10 < 7 ? 60_000 : 20_000)],
    ['grows as more tasks join', (second: number) => Math.min(20_000 + second * 500, 60_000)],
    ['loses a third to other work half-way', (second: number) => (second < 100 ? 50_000 : 34_000)],
    ['is over within seconds', () => 700_000],
  ])(
    'tells the end within a factor of two after the first fifth, and never goes back: a speed that %s',
    (_, speed) => {
      const { looks, seconds } = watch(speed);
      const percents = looks.map(({ percent }) => percent);
      expect(percents).toEqual(percents.toSorted((a, b) => a - b));
      // The last seconds are those of one look.
      const later = looks.filter(({ second, percent }) => percent >= 18 && seconds - second > 2);
      // What comes after the copy, on idle cores and on busy ones.
      const ratios = [1.5, 6].flatMap((after) =>
        later.map(({ second, leftMs }) => (leftMs ?? Number.NaN) / ((seconds + after - second) * 1_000)),
      );
      expect(Math.min(...ratios)).toBeGreaterThanOrEqual(0.5);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(2);
    },
  );
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
