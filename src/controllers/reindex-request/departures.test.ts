import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affordable,
  chunks,
  coarseWidth,
  departed,
  finerWidth,
  firstWidth,
  stretches,
} from './departures.ts';
import type { Counts, Departed } from './departures.ts';
import type { Range } from './ranges.ts';

/** As a histogram counts: numbers of the ranges only, by the first number of their bucket. */
function histogram(numbers: ReadonlySet<number>, ranges: readonly Range[], width: number): Counts {
  const counts = new Map<number, number>();
  for (const number of numbers) {
    if (!ranges.some(({ from, to }) => number >= from && number <= to)) continue;
    const key = Math.floor(number / width) * width;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe('departed documents', () => {
  it('are found one by one, and none that is still there', () => {
    const live = fc.record({
      numbers: fc.uniqueArray(fc.nat(3_000), { maxLength: 80 }),
      leaving: fc.func(fc.boolean()),
      from: fc.nat(2_000),
      length: fc.integer({ min: 1, max: 2_000 }),
      buckets: fc.integer({ min: 1, max: 50 }),
      batch: fc.integer({ min: 1, max: 9 }),
      operations: fc.option(fc.nat(5_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(live, ({ numbers, leaving, from, length, buckets, batch, operations }) => {
        const before = new Set(numbers);
        const after = new Set(numbers.filter((number) => !leaving(number)));
        const range = { shard: 0, from, to: from + length - 1 };
        let width = firstWidth(range, buckets, operations);
        const count = (ranges: readonly Range[]) =>
          departed(ranges, width, histogram(before, ranges, width), histogram(after, ranges, width)) ?? [];
        let found: readonly Departed[] = count([range]);
        while (width > 1) {
          width = finerWidth(width);
          found = chunks(found, batch).flatMap(count);
        }
        const gone = [...before].filter((n) => !after.has(n) && n >= range.from && n <= range.to);
        expect(found.map(({ from }) => from)).toEqual(gone.sort((a, b) => a - b));
        expect(found.every(({ from, to, documents }) => from === to && documents === 1)).toBe(true);
      }),
    );
  });

  it('cannot be told where the later count is higher', () => {
    const range = { shard: 0, from: 0, to: 9 };
    expect(departed([range], 2, new Map([[0, 2]]), new Map([[0, 3]]))).toBeUndefined();
    expect(departed([range], 2, new Map(), new Map([[8, 1]]))).toBeUndefined();
  });
});

describe('the width of buckets', () => {
  it('is a power of 2, divides a range into no more buckets than asked for, and ends at 1', () => {
    const ranges = fc.record({ from: fc.nat(), length: fc.integer({ min: 1, max: 10_000_000 }) });
    fc.assert(
      fc.property(ranges, fc.integer({ min: 3, max: 20_000 }), ({ from, length }, buckets) => {
        let width = coarseWidth({ shard: 0, from, to: from + length - 1 }, buckets);
        expect(Math.log2(width) % 1).toBe(0);
        const first = Math.floor(from / width);
        const last = Math.floor((from + length - 1) / width);
        expect(last - first + 1).toBeLessThanOrEqual(buckets);
        for (let times = 0; times < 8; times++) {
          expect(width % finerWidth(width)).toBe(0);
          width = finerWidth(width);
        }
        expect(width).toBe(1);
      }),
    );
  });
});

describe('the width to begin with', () => {
  const range = { shard: 0, from: 0, to: 999_999 };

  it('is the finest where nobody knows how much happened, or much did', () => {
    expect(firstWidth(range, 20_000)).toBe(coarseWidth(range, 20_000));
    expect(firstWidth(range, 20_000, 500_000)).toBe(coarseWidth(range, 20_000));
  });

  it.each([
    [100, 256],
    [0, 256],
  ])('is coarser where %i operations came, so that both looks see few buckets', (operations, width) => {
    expect(firstWidth(range, 20_000, operations)).toBe(width);
    expect(coarseWidth(range, 20_000)).toBe(64);
  });

  it('stays within one bucket for each number, however few there are', () => {
    expect(firstWidth({ shard: 0, from: 5, to: 5 }, 20_000, 0)).toBe(1);
    expect(firstWidth({ shard: 0, from: 0, to: -1 }, 20_000, 3)).toBe(1);
  });
});

describe('stretches', () => {
  it('cover each shard up to its watermark and then without an end', () => {
    const bounds = [
      { shard: 1, through: -1 },
      { shard: 0, through: 10 },
    ];
    expect([...stretches(bounds, 6)]).toMatchObject([
      { shard: 0, from: 0, to: 5, settled: true },
      { shard: 0, from: 6, to: 10, settled: true },
      { shard: 0, from: 11, settled: false },
      { shard: 1, from: 0, settled: false },
    ]);
  });
});

describe('what a slice can afford', () => {
  const buckets = [4, 4, 9, 1].map((documents, at) => ({ shard: 0, from: at, to: at, documents }));

  it('is bounded by documents, and one bucket at least', () => {
    expect(affordable(buckets, 8)).toHaveLength(2);
    expect(affordable(buckets, 1)).toHaveLength(1);
    expect(affordable(buckets, 18)).toHaveLength(4);
    expect(affordable([], 1)).toEqual([]);
  });
});
