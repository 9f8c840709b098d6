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

/** The documents of a bucket: how many there are, and the sum of their numbers. */
export interface Tally {
  readonly documents: number;
  readonly sum: number;
}

/** By the first number of each bucket. */
export type Tallies = ReadonlyMap<number, Tally>;

/** How long a stretch may be, and in how many buckets it is looked at. */
interface StretchLimits {
  readonly longest: number;
  readonly buckets: number;
}

/** Every number of every shard once, in order; above a shard's watermark without an end. */
export function* stretches(bounds: readonly Reached[], limits: StretchLimits): Generator<Stretch> {
  for (const { shard, through, operations } of [...bounds].sort((a, b) => a.shard - b.shard)) {
    const length = stretchLength(through + 1, operations, limits);
    for (let from = 0; from <= through; from += length)
      yield { shard, from, to: Math.min(from + length - 1, through), settled: true, operations };
    yield { shard, from: through + 1, to: END, settled: false };
  }
}

/** With so many buckets for each operation, most that differ have lost one document: their sum tells which. */
const BUCKETS_PER_OPERATION = 3;

/** The more has happened, the finer the first look: a bucket that lost several documents has to be looked at again. */
function stretchLength(numbers: number, operations = 0, { longest, buckets }: StretchLimits): number {
  // Widths are powers of 2, so that between half and all of the buckets are used.
  const looks = Math.ceil((operations * BUCKETS_PER_OPERATION * 2) / buckets);
  const finest = Math.max(1, buckets - 2);
  return Math.min(longest, Math.max(finest, Math.ceil(numbers / Math.max(looks, 1))));
}

/** How many numbers are to be counted; above what the round before has reached there are few documents, whatever their numbers. */
export const settledIn = ({ settled, from, to }: Stretch): number => (settled ? to - from + 1 : 0);

/** Stretches that are looked at side by side: so many, with so many numbers together, and at least one. */
export function* groups(
  all: readonly Stretch[],
  limits: { readonly atOnce: number; readonly numbersAtOnce: number },
): Generator<readonly Stretch[]> {
  let group: Stretch[] = [];
  let numbers = 0;
  for (const stretch of all) {
    numbers += settledIn(stretch);
    if (group.length >= limits.atOnce || (group.length > 0 && numbers > limits.numbersAtOnce)) {
      yield group;
      group = [];
      numbers = settledIn(stretch);
    }
    group.push(stretch);
  }
  if (group.length > 0) yield group;
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
  /** Their numbers; undefined where only a finer look can tell. */
  readonly numbers: readonly number[] | undefined;
}

/**
 * The buckets that documents have left, cut to the ranges that were counted.
 * @param ranges what was counted, in order and disjoint; none crosses a bucket's edge unless it is the only one.
 * @returns undefined when the later point in time shows what the earlier one does not: they cannot be compared.
 */
export function departed(
  ranges: readonly Range[],
  width: number,
  before: Tallies,
  after: Tallies,
): readonly Departed[] | undefined {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (!first || !last) return [];
  if ([...after].some(([key, { documents }]) => documents > (before.get(key)?.documents ?? 0)))
    return undefined;
  const differences = [...before].map(([key, tally]) => ({ key, ...difference(tally, after.get(key)) }));
  if (differences.some(areOthers)) return undefined;
  const found = differences
    .filter(({ documents }) => documents > 0)
    .sort((a, b) => a.key - b.key)
    .map(({ key, documents, sum }) => {
      const [from, to] = [Math.max(key, first.from), Math.min(key + width - 1, last.to)];
      const bucket = { shard: first.shard, from, to };
      return { ...bucket, documents, numbers: numbersOf(bucket, documents, sum) };
    });
  const isWithin = ({ from, to, numbers = [] }: Departed) => numbers.every((it) => it >= from && it <= to);
  return found.every(isWithin) ? found : undefined;
}

function difference(before: Tally, after: Tally = { documents: 0, sum: 0 }): Tally {
  // Doubles: beyond 2^53 a sum is not exact, and tells nothing.
  const sum = before.sum <= Number.MAX_SAFE_INTEGER ? before.sum - after.sum : Number.NaN;
  return { documents: before.documents - after.documents, sum };
}

/** As many documents, and another sum: some have come that the earlier one does not show. */
function areOthers({ documents, sum }: Tally): boolean {
  return documents === 0 && sum !== 0 && !Number.isNaN(sum);
}

/** Of a single document the sum is the number; where as many have left as there are numbers, all have. */
function numbersOf({ from, to }: Range, documents: number, sum: number): readonly number[] | undefined {
  const width = to - from + 1;
  if (documents === width) return Array.from({ length: width }, (_, at) => from + at);
  return documents === 1 && !Number.isNaN(sum) ? [sum] : undefined;
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
