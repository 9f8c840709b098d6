import { END, type ShardBound } from './shard-walk.ts';
import type { Range } from './ranges.ts';

/**
 * Arithmetic of finding what left an index between two points in time. A live document keeps its sequence number until
 * it is written again, so below a watermark numbers only ever disappear: where two counts of the same numbers differ,
 * documents were deleted or written anew. Counting in ever finer buckets leads to each of them.
 */
export interface Stretch extends Range {
  /** About how many operations its shard has seen since; unknown when absent. */
  readonly operations?: number | undefined;
  /** Whether both points in time show everything up to here: above the watermark counts prove nothing. */
  readonly settled: boolean;
}

/** What an earlier round has reached in a shard. */
export interface Reached extends ShardBound {
  /** About how many operations came after it. */
  readonly operations?: number | undefined;
}

export type Counts = ReadonlyMap<number, number>;

/** Every number of every shard once, in order; above a shard's watermark without an end. */
export function* stretches(bounds: readonly Reached[], longest: number): Generator<Stretch> {
  for (const { shard, through, operations } of [...bounds].sort((a, b) => a.shard - b.shard)) {
    for (let from = 0; from <= through; from += longest)
      yield { shard, from, to: Math.min(from + longest - 1, through), settled: true, operations };
    yield { shard, from: through + 1, to: END, settled: false };
  }
}

/** A divisor of the width of any coarser bucket, so that a bucket is divided without a rest. */
const DIVISION = 16;

/** The width of buckets, a power of 2, that divides a range into no more than so many. */
export function coarseWidth({ from, to }: Range, buckets: number): number {
  // The first and the last may stick out of the range.
  const width = (to - from + 1) / Math.max(buckets - 2, 1);
  return 2 ** Math.max(0, Math.ceil(Math.log2(width)));
}

/**
 * Where little happened since, buckets that are less fine cost less: no more of them can differ than there were
 * operations, and only those are looked at again. At the square root both looks see as many.
 * @param operations about how many there were in the shard; they decide what it costs, not what is found.
 */
export function firstWidth(range: Range, buckets: number, operations = Number.POSITIVE_INFINITY): number {
  const finest = coarseWidth(range, buckets);
  const cheapest = Math.sqrt((range.to - range.from + 1) / Math.max(operations, 1));
  const looks = Math.round(Math.log(Math.max(cheapest, 1)) / Math.log(DIVISION));
  return Math.max(finest, DIVISION ** looks);
}

export function finerWidth(width: number): number {
  return Math.max(1, width / DIVISION);
}

export interface Departed extends Range {
  /** How many documents of the bucket have left. */
  readonly documents: number;
}

/**
 * The buckets that documents have left, cut to the ranges that were counted.
 * @param ranges what was counted, in order and disjoint; none crosses a bucket's edge unless it is the only one.
 * @returns undefined when the later point in time shows more than the earlier one: they cannot be compared.
 */
export function departed(
  ranges: readonly Range[],
  width: number,
  before: Counts,
  after: Counts,
): readonly Departed[] | undefined {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (!first || !last) return [];
  if ([...after].some(([key, count]) => count > (before.get(key) ?? 0))) return undefined;
  return [...before]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => ({
      shard: first.shard,
      from: Math.max(key, first.from),
      to: Math.min(key + width - 1, last.to),
      documents: count - (after.get(key) ?? 0),
    }))
    .filter(({ documents }) => documents > 0);
}

/** As many buckets from the start as hold no more than so many departed documents; one at least. */
export function affordable(buckets: readonly Departed[], documents: number): readonly Departed[] {
  let sum = 0;
  const tooMany = buckets.findIndex((bucket) => {
    sum += bucket.documents;
    return sum > documents;
  });
  return tooMany === -1 ? buckets : buckets.slice(0, Math.max(tooMany, 1));
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
