import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affordable,
  chunks,
  coarseWidth,
  departed,
  finerWidth,
  firstWidth,
  groups,
  stretches,
} from './departures.ts';
import type { Departed, Tallies, Tally } from './departures.ts';
import type { Range } from './ranges.ts';

/** As a histogram counts: numbers of the ranges only, by the first number of their bucket. */
function histogram(numbers: ReadonlySet<number>, ranges: readonly Range[], width: number): Tallies {
  const tallies = new Map<number, Tally>();
  for (const number of numbers) {
    if (!ranges.some(({ from, to }) => number >= from && number <= to)) continue;
    const key = Math.floor(number / width) * width;
    const { documents, sum } = tallies.get(key) ?? { documents: 0, sum: 0 };
    tallies.set(key, { documents: documents + 1, sum: sum + number });
  }
  return tallies;
}

const tally = (...numbers: readonly number[]): Tally => ({
  documents: numbers.length,
  sum: numbers.reduce((sum, number) => sum + number, 0),
});

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
        const look = (ranges: readonly Range[]) =>
          departed(ranges, width, histogram(before, ranges, width), histogram(after, ranges, width)) ?? [];
        const found: number[] = [];
        for (let left: readonly Departed[] = look([range]); left.length > 0; ) {
          found.push(...left.flatMap(({ numbers: known }) => known ?? []));
          const unknown = left.filter(({ numbers: known }) => known === undefined);
          expect(width > 1 || unknown.length === 0).toBe(true);
          width = finerWidth(width);
          left = chunks(unknown, batch).flatMap(look);
        }
        const gone = [...before].filter((n) => !after.has(n) && n >= range.from && n <= range.to);
        expect(found.sort((a, b) => a - b)).toEqual(gone.sort((a, b) => a - b));
      }),
    );
  });

  const range = { shard: 0, from: 0, to: 9 };

  it('are told by the sum of their numbers where a bucket has lost one, and by their count where it has lost all', () => {
    const before = new Map([
      [0, tally(0, 1, 3)],
      [4, tally(4, 5, 6, 7)],
      [8, tally(8, 9)],
    ]);
    const after = new Map([[0, tally(0, 3)]]);
    expect(departed([range], 4, before, after)).toEqual([
      { shard: 0, from: 0, to: 3, documents: 1, numbers: [1] },
      { shard: 0, from: 4, to: 7, documents: 4, numbers: [4, 5, 6, 7] },
      { shard: 0, from: 8, to: 9, documents: 2, numbers: [8, 9] },
    ]);
  });

  it('are none where a bucket is the same, also where its sum is too large to be exact', () => {
    const high = 2 ** 52;
    const same = new Map([[high, tally(high, high + 3)]]);
    expect(departed([{ shard: 0, from: high, to: high + 7 }], 8, same, same)).toEqual([]);
  });

  it('have to be looked for more finely where a bucket has lost several, or a sum is too large to be exact', () => {
    const high = 2 ** 52;
    const ranges = [range, { shard: 0, from: high, to: high + 7 }];
    const before = new Map([
      [0, tally(0, 1, 3)],
      [high, tally(high, high + 3)],
    ]);
    const after = new Map([
      [0, tally(3)],
      [high, tally(high)],
    ]);
    expect(departed(ranges, 8, before, after)).toMatchObject([
      { from: 0, documents: 2, numbers: undefined },
      { from: high, documents: 1, numbers: undefined },
    ]);
  });

  it('cannot be told where the later view shows what the earlier one does not', () => {
    expect(departed([range], 2, new Map([[0, tally(0, 1)]]), new Map([[0, tally(0, 1, 1)]]))).toBeUndefined();
    expect(departed([range], 2, new Map(), new Map([[8, tally(8)]]))).toBeUndefined();
    // As many documents, and others: the difference is no number of the bucket.
    expect(departed([range], 4, new Map([[0, tally(0, 1, 2)]]), new Map([[0, tally(2, 3)]]))).toBeUndefined();
    const wide = { shard: 0, from: 0, to: 255 };
    expect(
      departed([wide], 256, new Map([[0, tally(40, 100)]]), new Map([[0, tally(50, 80)]])),
    ).toBeUndefined();
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
    expect([...stretches(bounds, { longest: 6, buckets: 8 })]).toMatchObject([
      { shard: 0, from: 0, to: 5, settled: true },
      { shard: 0, from: 6, to: 10, settled: true },
      { shard: 0, from: 11, settled: false },
      { shard: 1, from: 0, settled: false },
    ]);
  });

  const limits = { longest: 1_000_000, buckets: 10_000 };
  const lengths = (operations: number | undefined) =>
    [...stretches([{ shard: 0, through: 399_999, operations }], limits)]
      .filter(({ settled }) => settled)
      .map(({ from, to }) => to - from + 1);

  it.each([
    [undefined, 1],
    [100, 1],
    [5_000, 3],
    [20_000, 12],
    // A bucket for each number is as fine as can be.
    [10_000_000, 41],
  ])('are as many as leave most buckets with one document of %s operations', (operations, count) => {
    expect(lengths(operations)).toHaveLength(count);
    expect(lengths(operations).reduce((sum, length) => sum + length)).toBe(400_000);
  });
});

describe('what is looked at side by side', () => {
  const bounds = [0, 1, 2].map((shard) => ({ shard, through: 9 }));
  const inGroups = (atOnce: number, numbersAtOnce: number, longest = 5) =>
    [...groups([...stretches(bounds, { longest, buckets: 4 })], { atOnce, numbersAtOnce })].map(
      ({ length }) => length,
    );

  it('are so many stretches', () => {
    expect(inGroups(4, 1_000)).toEqual([4, 4, 1]);
    expect(inGroups(16, 1_000)).toEqual([9]);
  });

  it('have so many numbers together, to which those above the round before add none', () => {
    expect(inGroups(16, 10)).toEqual([3, 3, 3]);
    expect(inGroups(16, 20)).toEqual([6, 3]);
  });

  it('is one at least, however long', () => {
    expect(inGroups(16, 1)).toEqual(Array(9).fill(1));
    expect([...groups([], { atOnce: 1, numbersAtOnce: 1 })]).toEqual([]);
  });
});

describe('what a slice can afford', () => {
  const buckets = [4, 4, 9, 1].map((documents, at) => ({
    shard: 0,
    from: at,
    to: at,
    documents,
    numbers: undefined,
  }));

  it('is bounded by documents, and one bucket at least', () => {
    expect(affordable(buckets, 8)).toHaveLength(2);
    expect(affordable(buckets, 1)).toHaveLength(1);
    expect(affordable(buckets, 18)).toHaveLength(4);
    expect(affordable([], 1)).toEqual([]);
  });
});
