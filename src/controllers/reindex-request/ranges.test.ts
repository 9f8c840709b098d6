import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allDone, nextRanges, plannedRanges, rangeWidth, type Range, withDone } from './ranges.ts';

const shard = (number: number, maxSeqNo: number, width: number) => ({
  shard: number,
  maxSeqNo,
  rangeWidth: width,
});

describe('plannedRanges', () => {
  it('covers every sequence number of every shard exactly once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ max: fc.integer({ min: -1, max: 300 }), width: fc.integer({ min: 1, max: 90 }) }),
          { maxLength: 4 },
        ),
        (shards) => {
          const plan = shards.map(({ max, width }, number) => shard(number, max, width));
          const numbers = [...plannedRanges(plan)].flatMap(({ shard: of, from, to }) =>
            Array.from({ length: to - from + 1 }, (_, at) => `${of}/${from + at}`),
          );
          const wanted = plan.flatMap(({ shard: of, maxSeqNo }) =>
            Array.from({ length: maxSeqNo + 1 }, (_, at) => `${of}/${at}`),
          );
          expect(numbers).toEqual(wanted);
        },
      ),
    );
  });

  it('has nothing for a shard that never had an operation', () => {
    expect([...plannedRanges([shard(0, -1, 10)])]).toEqual([]);
  });
});

describe('rangeWidth', () => {
  it('never makes a range of fewer than 25,000 documents while more are there', () => {
    expect(rangeWidth({ maxSeqNo: 99_999, documents: 100_000, wanted: 100 })).toBe(25_000);
  });

  it('grows where updates have left gaps in the numbers', () => {
    expect(rangeWidth({ maxSeqNo: 999_999, documents: 100_000, wanted: 4 })).toBe(250_000);
  });

  it('never makes a range of more than 500,000 documents, so that a kill repeats little', () => {
    expect(rangeWidth({ maxSeqNo: 99_999_999, documents: 100_000_000, wanted: 2 })).toBe(500_000);
  });
});

describe('the ranges of one shard', () => {
  const lengths = (documents: number, places: number) => {
    const maxSeqNo = documents - 1;
    const width = rangeWidth({ maxSeqNo, documents, wanted: 4 * places, places });
    return [...plannedRanges([shard(0, maxSeqNo, width)])].map(({ from, to }) => to - from + 1);
  };

  it.each([
    [9_000, 1],
    [30_000, 3],
    [50_000, 3],
    [200_000, 6],
    [1_000_000, 12],
  ])('of %d documents are %d equal ones, so that three places end together', (documents, count) => {
    const ranges = lengths(documents, 3);
    expect(ranges).toHaveLength(count);
    expect(Math.max(...ranges) - Math.min(...ranges)).toBeLessThan(count);
  });
});

describe('nextRanges', () => {
  it('takes turns among the shards', () => {
    const next = nextRanges([shard(0, 99, 10), shard(1, 99, 10)], [], [], 4);
    expect(next.map(({ shard: of }) => of)).toEqual([0, 1, 0, 1]);
  });

  it('leaves out what is done or taken', () => {
    const next = nextRanges(
      [shard(0, 39, 10)],
      [{ shard: 0, from: 0, to: 19 }],
      [{ shard: 0, from: 30, to: 39 }],
      9,
    );
    expect(next).toEqual([{ shard: 0, from: 20, to: 29 }]);
  });

  it('finds nothing for places that are not there', () => {
    expect(nextRanges([shard(0, 39, 10)], [], [], -2)).toEqual([]);
  });

  it('copies everything once, in whatever order ranges end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(), { minLength: 100, maxLength: 100 }),
        (places, order) => {
          const plan = [shard(0, 95, 10), shard(1, 41, 7), shard(2, -1, 1)];
          let done: readonly Range[] = [];
          let taken: readonly Range[] = [];
          const copied: Range[] = [];
          for (const pick of order) {
            taken = [...taken, ...nextRanges(plan, done, taken, places - taken.length)];
            const ended = taken[pick % Math.max(taken.length, 1)];
            if (!ended) break;
            taken = taken.filter((range) => range !== ended);
            copied.push(ended);
            done = withDone(done, ended);
          }
          expect(allDone(plan, done)).toBe(true);
          expect(copied.length).toBe([...plannedRanges(plan)].length);
        },
      ),
    );
  });
});

describe('withDone', () => {
  it('joins neighbours, whatever ends first', () => {
    const done = [
      { shard: 0, from: 20, to: 29 },
      { shard: 0, from: 0, to: 9 },
      { shard: 0, from: 10, to: 19 },
    ].reduce<readonly Range[]>(withDone, []);
    expect(done).toEqual([{ shard: 0, from: 0, to: 29 }]);
  });

  it('takes as long for each of many as for each of few', () => {
    const scattered = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ shard: 0, from: 2 * at, to: 2 * at }));
    const done = withDone(scattered(200_000), { shard: 0, from: 1, to: 1 });
    expect(done).toHaveLength(199_999);
  }, 5_000);

  it('keeps shards apart', () => {
    expect(withDone([{ shard: 0, from: 0, to: 9 }], { shard: 1, from: 10, to: 19 })).toHaveLength(2);
  });
});

describe('allDone', () => {
  it('is false while the last number of a shard is missing', () => {
    expect(allDone([shard(0, 9, 10)], [{ shard: 0, from: 0, to: 8 }])).toBe(false);
  });

  it('is true for an empty index', () => {
    expect(allDone([shard(0, -1, 1)], [])).toBe(true);
  });
});
