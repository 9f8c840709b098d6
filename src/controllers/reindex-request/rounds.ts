import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { time } from './moments.ts';
import type { ShardFacts } from './observed.ts';
import {
  allDone,
  fewestPerRange,
  longest,
  ofShard,
  type Range,
  rangeWidth,
  subtract,
  withDone,
} from './ranges.ts';

/**
 * The journal of a copy in rounds. Round 0 copies every document up to a watermark, each further round what was written
 * since, until a last one under the write block leaves nothing. All here is arithmetic of what status remembers.
 */
export type Copy = NonNullable<ReindexRequestStatus['copy']>;
type CopyShard = Copy['shards'][number];

/** What was read when a round began. */
export interface RoundStart {
  readonly shards: readonly ShardFacts[];
  /** The highest operation of each shard that the point in time may show; absent under the write block. */
  readonly settle?: readonly ShardFacts[];
  readonly pit?: string | undefined;
  readonly fenced: boolean;
  /** Whether all that is shown everywhere already, as under the write block. */
  readonly settled?: boolean;
  /** False: `_seq_no` cannot be searched, and each shard is one range. */
  readonly sequenceNumbers: boolean;
  readonly parallel: number;
  /** The most that is ever tried; `parallel` when absent. */
  readonly parallelLimit?: number;
  /** Documents that a task reads and writes at a time. */
  readonly batch?: number;
  readonly fewestDocumentsPerRange?: number | undefined;
  /** ISO 8601. */
  readonly time: string;
}

/** The time of a point in time that was found lost: longer ago than any is kept. */
export const LOST_SINCE = time(0);

export const NOTHING_COPIED = {
  created: 0,
  updated: 0,
  noops: 0,
  deleted: 0,
  versionConflicts: 0,
  batches: 0,
};

/** The journal as the next round begins: bounds and point in time of the last one become the ground of this one. */
export function beginRound(before: Copy | undefined, start: RoundStart): Copy {
  const round = before ? (before.round ?? 0) + 1 : 0;
  const { pit } = start;
  const previousPit = before?.pit;
  const shards = start.shards.map((facts) => shardOf(facts, before, start));
  return {
    round,
    fenced: start.fenced,
    settled: start.fenced || start.settled === true,
    departed: round === 0,
    ...(pit === undefined ? {} : { pit, pitTime: start.time }),
    ...(previousPit === undefined ? {} : { previousPit }),
    ...(before ? { previous: before.shards.map(({ shard, maxSeqNo }) => ({ shard, maxSeqNo })) } : {}),
    ...(round > 0 && (before?.sweep || before?.discarded || previousPit === undefined)
      ? { sweep: true }
      : {}),
    operations: operationsIn(shards),
    ...(before?.hardened ? { hardened: true } : {}),
    ...(before?.flushed ? { flushed: true } : {}),
    ...(before?.bad ? { bad: before.bad } : {}),
    shards,
    done: [],
    running: [],
    sums: before?.sums ?? NOTHING_COPIED,
    parallel: before?.parallel ?? start.parallel,
    mostParallel: before?.mostParallel ?? start.parallel,
    parallelLimit: before?.parallelLimit ?? start.parallelLimit ?? start.parallel,
    startTime: before?.startTime ?? start.time,
    ...(before?.samples ? { samples: before.samples } : {}),
    ...(before?.retries ? { retries: before.retries } : {}),
  };
}

/** Several ranges for each task that runs, so that all end together. */
const RANGES_PER_TASK = 4;

function shardOf(facts: ShardFacts, before: Copy | undefined, start: RoundStart): CopyShard {
  const { shard, primaryTerm, documents } = facts;
  const maxSeqNo = start.fenced ? facts.maxSeqNo : facts.globalCheckpoint;
  const reached = ofShard(before?.shards, shard)?.maxSeqNo;
  const from = (reached ?? -1) + 1;
  const settle = ofShard(start.settle, shard)?.maxSeqNo;
  const width = rangeWidth({
    maxSeqNo: maxSeqNo - from,
    documents: before ? maxSeqNo - from + 1 : documents,
    ...partsOf(start, before !== undefined),
  });
  return {
    shard,
    ...(from === 0 ? {} : { from }),
    // A checkpoint never goes back; what was reached stays reached whatever a lagging answer says.
    maxSeqNo: Math.max(maxSeqNo, reached ?? -1),
    primaryTerm,
    documents,
    rangeWidth: start.sequenceNumbers ? width : Math.max(maxSeqNo + 1, 1),
    ...(settle === undefined ? {} : { settle }),
  };
}

/** Writers wait for the last round: it is divided among all places, although that costs more. */
const FEWEST_UNDER_BLOCK = 500;

function partsOf(
  { shards, parallel, fenced, batch = 0, fewestDocumentsPerRange: fewest }: RoundStart,
  isDelta: boolean,
) {
  const count = Math.max(shards.length, 1);
  const places = Math.max(1, Math.floor(parallel / count));
  if (fenced && isDelta) return { places, wanted: places, fewest: fewest ?? FEWEST_UNDER_BLOCK };
  const wanted = Math.ceil((parallel * RANGES_PER_TASK) / count);
  return { places, wanted, fewest: fewest ?? fewestPerRange(batch) };
}

function operationsIn(shards: readonly CopyShard[]): number {
  return shards.reduce((sum, { from, maxSeqNo }) => sum + Math.max(maxSeqNo + 1 - (from ?? 0), 0), 0);
}

/** Nothing of the round is left to do, and nothing that it did can be undone by a failover. */
export function isRoundComplete(copy: Copy): boolean {
  return (
    copy.discarded !== true &&
    copy.settled !== false &&
    copy.departed !== false &&
    copy.sweep !== true &&
    copy.running.length === 0 &&
    (copy.provisional ?? []).length === 0 &&
    allDone(copy.shards, copy.done)
  );
}

/** Few enough to be copied while writers wait. */
const SMALL_DELTA = 1_000;
const FEWER = 0.7;
/** A cluster that has just copied an index merges what it has written: rounds become quicker with time. */
const FEWEST_ROUNDS = 6;
const MOST_ROUNDS = 20;

/** Whether another round without a block would bring the end nearer. */
export function isCaughtUp(copy: Copy, facts: readonly ShardFacts[]): boolean {
  const behind = lag(copy, facts);
  if (behind <= SMALL_DELTA) return true;
  const { round = 0, operations } = copy;
  // Something else took its time: the round before is no measure for what came in meanwhile.
  if (operations === undefined) return false;
  if (round >= MOST_ROUNDS) return true;
  // Writers as fast as the copy: the next round would be no smaller than this one was.
  return round >= FEWEST_ROUNDS && behind >= operations * FEWER;
}

/** Operations of the source that no round has covered yet. */
export function lag(copy: Copy, facts: readonly ShardFacts[]): number {
  return facts.reduce((sum, { shard, maxSeqNo }) => {
    const reached = ofShard(copy.shards, shard)?.maxSeqNo ?? -1;
    return sum + Math.max(maxSeqNo - reached, 0);
  }, 0);
}

/** The destination has its own settings, and what writers of an online copy would wait for under the block is done. */
export function hardened(copy: Copy): Copy {
  return flushed({ ...copy, hardened: true });
}

/** What has come in since is no measure for the round before: another one is worth it, however large that was. */
export function flushed({ operations: _before, ...copy }: Copy): Copy {
  return { ...copy, flushed: true, caughtUp: false };
}

/** What was proven of an earlier state of both indexes says nothing of what is there now. */
export function withoutVerdict(status: ReindexRequestStatus): ReindexRequestStatus {
  const { refreshed: _refreshed, verdict: _verdict, ...verification } = status.verification ?? {};
  return { ...status, verification };
}

/** A point in time that no round needs any more: what has left since is deleted. */
export function outlived(copy: Copy | undefined): string | undefined {
  return copy && isRoundComplete(copy) ? copy.previousPit : undefined;
}

export function withoutOutlived(copy: Copy): Copy {
  const { previousPit: _closed, ...rest } = copy;
  return outlived(copy) === undefined ? copy : rest;
}

/** The block is gone: what it proved holds no more, what was copied stays copied. */
export function withoutFence(copy: Copy): Copy {
  const { caughtUp: _caughtUp, flushed: _flushed, ...rest } = copy;
  return { ...rest, fenced: false };
}

/**
 * The round counts for nothing, because its own point in time is lost: the next one begins where the one before it has
 * ended.
 */
export function withoutRound(copy: Copy): Copy {
  const reached = (shard: number) => ofShard(copy.previous, shard)?.maxSeqNo ?? -1;
  const { pit: _pit, previousPit, cursor: _cursor, caughtUp: _caughtUp, provisional: _some, ...rest } = copy;
  return {
    ...rest,
    ...(previousPit === undefined ? {} : { pit: previousPit }),
    round: Math.max((copy.round ?? 0) - 1, 0),
    fenced: false,
    settled: true,
    departed: true,
    // What it has copied already is in no point in time that is left: the next round looks at every document.
    discarded: true,
    sweep: false,
    operations: 0,
    shards: copy.shards.map((shard) => ({
      ...shard,
      from: reached(shard.shard) + 1,
      maxSeqNo: reached(shard.shard),
    })),
    done: [],
    running: [],
  };
}

/** The points in time that nobody looks into any more once the copy is over: they keep deleted files on the disk for an hour. */
export function viewsOf(copy: Copy | undefined): readonly string[] {
  return [copy?.pit, copy?.previousPit].filter((pit) => pit !== undefined);
}

export function withoutViews({ pit: _pit, previousPit: _previous, ...copy }: Copy): Copy {
  return copy;
}

/** Each piece between what is missing has its place in a status, and each gap is a task of its own. */
const MOST_PIECES = 100;

/**
 * Documents are missing in the destination: their parts of the source are copied again, whichever round had copied them.
 * Where they are scattered, as those are that a script leaves out, so is what lies between them: that does no harm.
 */
export function withMissing(copy: Copy, missing: readonly Range[]): Copy {
  if (missing.length === 0) return copy;
  const before = copy.shards
    .filter(({ from = 0 }) => from > 0)
    .map(({ shard, from = 0 }) => ({ shard, from: 0, to: from - 1 }));
  const done = before.reduce((all, range) => withDone(all, range), copy.done);
  const shards = copy.shards.map(({ from: _from, rangeWidth: width, ...shard }) => ({
    ...shard,
    // A quiet round has narrow ranges; what is missing may lie anywhere.
    rangeWidth: Math.max(width, rangeWidth({ ...shard, wanted: 1 })),
  }));
  return { ...copy, shards, done: longest(subtract(done, missing), MOST_PIECES + shards.length) };
}
