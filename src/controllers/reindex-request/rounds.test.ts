import { describe, expect, it } from 'vitest';
import { hasRolledBack, hasSettled, withFinality, withTerms } from './finality.ts';
import type { ShardFacts } from './observed.ts';
import {
  beginRound,
  type Copy,
  flushed,
  isCaughtUp,
  isRoundComplete,
  lag,
  type RoundStart,
  withMissing,
  withoutRound,
} from './rounds.ts';

const facts = (maxSeqNo: number, globalCheckpoint = maxSeqNo, primaryTerm = 1): ShardFacts => ({
  shard: 0,
  maxSeqNo,
  globalCheckpoint,
  documents: maxSeqNo + 1,
  primaryTerm,
});
const start = (over: Partial<RoundStart> = {}): RoundStart => ({
  shards: [facts(120, 99)],
  settle: [facts(130)],
  pit: 'pit-0',
  fenced: false,
  sequenceNumbers: true,
  parallel: 3,
  time: '2026-03-01T12:00:00.000Z',
  ...over,
});
const first = beginRound(undefined, start());
const complete = (copy: Copy): Copy => ({
  ...copy,
  settled: true,
  departed: true,
  sweep: false,
  running: [],
  done: copy.shards.map(({ shard, from = 0, maxSeqNo }) => ({ shard, from, to: maxSeqNo })),
});

describe('a round', () => {
  it('goes to the checkpoint while writers write, and to the last operation under the block', () => {
    expect(first.shards).toMatchObject([{ maxSeqNo: 99, settle: 130 }]);
    const fenced = beginRound(complete(first), start({ shards: [facts(150)], fenced: true }));
    expect(fenced.shards).toMatchObject([{ from: 100, maxSeqNo: 150 }]);
    expect(fenced).toMatchObject({ round: 1, fenced: true, settled: true, departed: false, operations: 51 });
  });

  it('is compared with the point in time of the round before', () => {
    const next = beginRound(complete(first), start({ pit: 'pit-1' }));
    expect(next).toMatchObject({
      pit: 'pit-1',
      previousPit: 'pit-0',
      previous: [{ shard: 0, maxSeqNo: 99 }],
    });
    expect(next.sweep).toBeUndefined();
  });

  it('looks up every document where there is no such point in time', () => {
    const blind = beginRound(undefined, start({ pit: undefined }));
    expect(blind.pit).toBeUndefined();
    expect(beginRound(complete(blind), start()).sweep).toBe(true);
  });

  it('is divided among all places when it is the last one, which writers wait for', () => {
    const places = (over: Partial<RoundStart>) =>
      beginRound(complete(first), start({ shards: [facts(99 + 3_000)], ...over })).shards;
    expect(places({ fenced: true })).toMatchObject([{ rangeWidth: 1_000 }]);
    expect(places({ fenced: false })).toMatchObject([{ rangeWidth: 3_000 }]);
    // A task for a handful of documents brings nothing.
    const few = beginRound(complete(first), start({ shards: [facts(99 + 400)], fenced: true })).shards;
    expect(few).toMatchObject([{ rangeWidth: 400 }]);
    // The first one under a block is the copy itself.
    const whole = beginRound(undefined, start({ shards: [facts(2_999)], fenced: true })).shards;
    expect(whole).toMatchObject([{ rangeWidth: 3_000 }]);
  });

  it('has ranges of twenty batches at least, and of 25,000 documents', () => {
    const widths = (over: Partial<RoundStart>) =>
      beginRound(undefined, start({ shards: [facts(199_999)], parallel: 2, ...over })).shards;
    expect(widths({ batch: 5_000 })).toMatchObject([{ rangeWidth: 100_000 }]);
    expect(widths({ batch: 1_000 })).toMatchObject([{ rangeWidth: 25_000 }]);
    // Writers wait for the last one, whatever a task costs.
    const last = start({ shards: [facts(99 + 20_000)], parallel: 2, batch: 5_000, fenced: true });
    expect(beginRound(complete(first), last).shards).toMatchObject([{ rangeWidth: 10_000 }]);
  });

  it('never reaches less than the one before', () => {
    const next = beginRound(complete(first), start({ shards: [facts(150, 50)] }));
    expect(next.shards).toMatchObject([{ from: 100, maxSeqNo: 99 }]);
    expect(next.operations).toBe(0);
    expect(isRoundComplete({ ...next, settled: true, departed: true })).toBe(true);
  });

  it('has settled as it begins where every copy is in step', () => {
    const inStep = { shards: [facts(99)], settle: [facts(99)] };
    expect(beginRound(undefined, start({ ...inStep, settled: true })).settled).toBe(true);
    expect(beginRound(undefined, start({ ...inStep, settled: false })).settled).toBe(false);
  });

  it('settles once every copy has what the point in time may show (H46)', () => {
    expect(hasSettled(first, [facts(140, 129)])).toBe(false);
    expect(hasSettled(first, [])).toBe(false);
    expect(hasSettled(first, [facts(140, 130)])).toBe(true);
  });

  it('is not waited for where what the point in time may show was rolled back', () => {
    expect(hasRolledBack(first, [facts(140, 129)])).toBe(false);
    expect(hasRolledBack(first, [])).toBe(false);
    expect(hasRolledBack(first, [facts(129)])).toBe(true);
    // The new primary has given the same numbers to other operations.
    expect(hasRolledBack(first, [facts(140, 140, 2)])).toBe(true);
  });

  it.each([
    ['it is not settled', { settled: false }],
    ['what left is not deleted', { departed: false }],
    ['documents are to be looked up', { sweep: true }],
    ['a range is provisional', { provisional: [{ shard: 0, from: 0, to: 9 }] }],
    ['a range runs', { running: [{ shard: 0, from: 0, to: 9, try: 0 }] }],
    ['a range is missing', { done: [{ shard: 0, from: 0, to: 98 }] }],
  ])('is not complete while %s', (_, over) => {
    expect(isRoundComplete(complete(first))).toBe(true);
    expect(isRoundComplete({ ...complete(first), ...over })).toBe(false);
  });
});

describe('a range that was copied while writers wrote (H47)', () => {
  const copied: Copy = { ...first, settled: true, provisional: [{ shard: 0, from: 0, to: 99 }] };
  const seen = withFinality(copied, [facts(200, 150)]);

  it('counts once the last operation that it could have seen is on every copy', () => {
    expect(seen.provisional).toMatchObject([{ after: 200 }]);
    expect(withFinality(seen, [facts(300, 199)]).done).toEqual([]);
    const final = withFinality(seen, [facts(300, 200)]);
    expect(final.done).toEqual([{ shard: 0, from: 0, to: 99 }]);
    expect(final.provisional).toBeUndefined();
  });

  it('counts at once where no copy was behind after its task had ended', () => {
    expect(withFinality(copied, [facts(200, 200)]).done).toEqual([{ shard: 0, from: 0, to: 99 }]);
  });

  it('is copied again when the primary changed before that', () => {
    const failedOver = withTerms(seen, [facts(300, 300, 2)]);
    expect(failedOver.done).toEqual([]);
    expect(failedOver.provisional).toBeUndefined();
    expect(failedOver.shards).toMatchObject([{ primaryTerm: 2 }]);
  });

  it('proves nothing by what could not be read', () => {
    expect(withFinality(seen, [])).toEqual(seen);
    expect(withTerms(seen, [])).toEqual(seen);
  });
});

describe('catching up', () => {
  const rounds = (over: Partial<Copy>): Copy => ({ ...complete(first), ...over });

  it('ends when little is left', () => {
    expect(lag(rounds({}), [facts(199)])).toBe(100);
    expect(isCaughtUp(rounds({}), [facts(99 + 1_000)])).toBe(true);
    expect(isCaughtUp(rounds({}), [facts(99 + 1_001)])).toBe(false);
  });

  it('ends when rounds shrink no more, and after twenty in any case (H33)', () => {
    // Operations of the round that has ended, and 10,000 for the next one.
    const behind = [facts(99 + 10_000)];
    expect(isCaughtUp(rounds({ round: 6, operations: 20_000 }), behind)).toBe(false);
    expect(isCaughtUp(rounds({ round: 6, operations: 14_000 }), behind)).toBe(true);
    expect(isCaughtUp(rounds({ round: 5, operations: 14_000 }), behind)).toBe(false);
    expect(isCaughtUp(rounds({ round: 20, operations: 20_000 }), behind)).toBe(true);
  });

  it('does not end right after something else took its time', () => {
    const late = flushed(rounds({ round: 20, operations: 10_000 }));
    expect(isCaughtUp(late, [facts(99 + 10_000)])).toBe(false);
    const next = complete(beginRound(late, start({ shards: [facts(99 + 10_000)] })));
    expect(next).toMatchObject({ flushed: true, operations: 10_000 });
    expect(isCaughtUp(next, [facts(99 + 20_000)])).toBe(true);
  });
});

describe('a round whose point in time is lost', () => {
  it('counts for nothing: what is there is what the one before has reached', () => {
    const second = beginRound(complete(first), start({ pit: 'pit-1', shards: [facts(300)], fenced: true }));
    const back = withoutRound(second);
    expect(back).toMatchObject({ round: 0, pit: 'pit-0', fenced: false, discarded: true });
    expect(isRoundComplete(back)).toBe(false);
    expect(beginRound(back, start({ pit: 'pit-2', shards: [facts(300)], fenced: true }))).toMatchObject({
      round: 1,
      previousPit: 'pit-0',
      shards: [{ from: 100, maxSeqNo: 300 }],
      // What it had copied may have left since, and no point in time that is left has shown it.
      sweep: true,
    });
  });
});

describe('documents that are missing', () => {
  it('are copied again with what lies between them where they are scattered', () => {
    const most = 39_999_999;
    const many = complete(beginRound(undefined, start({ shards: [facts(most)], settle: [facts(most)] })));
    const missing = Array.from({ length: 20_000 }, (_, at) => at * 2_000 + (at % 7)).map((from) => ({
      shard: 0,
      from,
      to: from,
    }));
    const reopened = withMissing(many, missing);
    expect(reopened.done.length).toBeLessThan(110);
    expect(JSON.stringify(reopened).length).toBeLessThan(16_000);
    for (const { from } of missing)
      expect(reopened.done.some((range) => range.from <= from && from <= range.to)).toBe(false);
    // Slice after slice it stays so.
    const more = missing.map((range) => ({ ...range, from: range.from + 900, to: range.to + 900 }));
    expect(withMissing(reopened, more).done.length).toBeLessThan(110);
  });

  it('are copied again, whichever round had copied them', () => {
    const second = complete(beginRound(complete(first), start({ shards: [facts(300, 299)] })));
    const reopened = withMissing(second, [{ shard: 0, from: 50, to: 59 }]);
    expect(isRoundComplete(reopened)).toBe(false);
    expect(reopened.done).toEqual([
      { shard: 0, from: 0, to: 49 },
      { shard: 0, from: 60, to: 299 },
    ]);
  });
});
