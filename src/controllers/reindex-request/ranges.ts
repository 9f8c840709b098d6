/**
 * Arithmetic of the copy: each shard's operations are numbered 0..maxSeqNo, and a range of those numbers is the unit
 * that is copied by one task, repeated after a fault, and remembered when done.
 */
export interface Range {
  readonly shard: number;
  /** First and last sequence number, both included. */
  readonly from: number;
  readonly to: number;
}

/** The one of a shard, where there is one. */
export function ofShard<T extends { readonly shard: number }>(
  all: readonly T[] | undefined,
  shard: number,
): T | undefined {
  return all?.find((one) => one.shard === shard);
}

interface ShardPlan {
  readonly shard: number;
  /** The first sequence number to copy; 0 when absent. */
  readonly from?: number | undefined;
  /** -1 for a shard that never had an operation. */
  readonly maxSeqNo: number;
  /** Sequence numbers per range. */
  readonly rangeWidth: number;
}

/** Below this a range costs more in overhead than it gives in parallelism (30 % more CPU at 5,000 documents). */
const FEWEST_DOCUMENTS_PER_RANGE = 25_000;
/** What surrounds a range, its stored result most of all, costs as much as a third of a batch, and its task waits for the next. */
const FEWEST_BATCHES_PER_RANGE = 20;
/** The same where places would stay empty otherwise. */
const FEWEST_DOCUMENTS_PER_PLACE = 10_000;
/** Above this a kill repeats too much work. */
const MOST_DOCUMENTS_PER_RANGE = 500_000;

/** @param batch documents that a task reads and writes at a time */
export const fewestPerRange = (batch: number): number =>
  Math.max(FEWEST_DOCUMENTS_PER_RANGE, FEWEST_BATCHES_PER_RANGE * batch);

interface Split {
  readonly maxSeqNo: number;
  readonly documents: number;
  /** At the most, unless ranges become too large. */
  readonly wanted: number;
  /** Tasks that may work on this shard at the same time: they are to end together. */
  readonly places?: number | undefined;
  readonly fewest?: number | undefined;
}

/**
 * How many sequence numbers a range of a shard spans, in equal parts. Updates and deletions leave gaps in the numbers, so
 * the width grows with the share of numbers that no live document has any more.
 */
export function rangeWidth({ maxSeqNo, documents, wanted, places = 1, fewest }: Split): number {
  if (maxSeqNo < 0) return 1;
  const perRange = fewest ?? FEWEST_DOCUMENTS_PER_RANGE;
  const worthwhile = Math.min(Math.floor(documents / perRange), Math.max(wanted, 1));
  const even =
    worthwhile >= places
      ? worthwhile - (worthwhile % places)
      : Math.min(places, Math.floor(documents / Math.min(FEWEST_DOCUMENTS_PER_PLACE, perRange)));
  const ranges = Math.max(even, Math.ceil(documents / MOST_DOCUMENTS_PER_RANGE), 1);
  return Math.max(1, Math.ceil((maxSeqNo + 1) / ranges));
}

/** Every range of the plan, in order. */
export function* plannedRanges(shards: readonly ShardPlan[]): Generator<Range> {
  for (const { shard, from: first = 0, maxSeqNo, rangeWidth: width } of shards) {
    for (let from = first; from <= maxSeqNo; from += width)
      yield { shard, from, to: Math.min(from + width - 1, maxSeqNo) };
  }
}

/** The first `count` ranges that are neither done nor taken, spread over the shards so that none is crowded. */
export function nextRanges(
  shards: readonly ShardPlan[],
  done: readonly Range[],
  taken: readonly Range[],
  count: number,
): readonly Range[] {
  const covered = [...done, ...taken];
  const queues = shards.map((shard) => pendingOf(shard, covered, count));
  const order = queues.flatMap((queue) => queue.map((range, turn) => ({ range, turn })));
  const load = (shard: number) => taken.filter((range) => range.shard === shard).length;
  return order
    .sort(
      (a, b) =>
        a.turn + load(a.range.shard) - (b.turn + load(b.range.shard)) || a.range.shard - b.range.shard,
    )
    .slice(0, Math.max(count, 0))
    .map(({ range }) => range);
}

function pendingOf(shard: ShardPlan, covered: readonly Range[], count: number): readonly Range[] {
  const own = covered.filter((range) => range.shard === shard.shard).sort((a, b) => a.from - b.from);
  const pending: Range[] = [];
  for (const range of plannedRanges([shard])) {
    if (pending.length >= count) break;
    pending.push(...uncovered(range, own));
  }
  return pending;
}

/** What is left of a range: a part of it may be done, where it was divided or where single documents were missing. */
function uncovered(range: Range, covered: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let from = range.from;
  for (const other of covered) {
    if (other.to < from) continue;
    if (other.from > range.to) break;
    if (other.from > from) gaps.push({ ...range, from, to: other.from - 1 });
    from = other.to + 1;
  }
  return from <= range.to ? [...gaps, { ...range, from }] : gaps;
}

/** Adds a range to the merged list of what is done: neighbours become one. */
export function withDone(done: readonly Range[], range: Range): readonly Range[] {
  const merged: Range[] = [];
  for (const next of [...done, range].sort(inOrder)) {
    const last = merged.at(-1);
    if (last?.shard !== next.shard || next.from > last.to + 1) merged.push(next);
    else merged[merged.length - 1] = { ...last, to: Math.max(last.to, next.to) };
  }
  return merged;
}

const inOrder = (a: Range, b: Range) => a.shard - b.shard || a.from - b.from;

/** The longest ones in order, so many at the most. */
export function longest(ranges: readonly Range[], most: number): readonly Range[] {
  if (ranges.length <= most) return ranges;
  const length = ({ from, to }: Range) => to - from;
  return [...ranges]
    .sort((a, b) => length(b) - length(a))
    .slice(0, most)
    .sort(inOrder);
}

/** What of these ranges is left without those. */
export function subtract(ranges: readonly Range[], those: readonly Range[]): readonly Range[] {
  const sorted = [...those].sort((a, b) => a.from - b.from);
  return ranges.flatMap((range) =>
    uncovered(
      range,
      sorted.filter(({ shard }) => shard === range.shard),
    ),
  );
}

/** True when every number of every shard is covered. */
export function allDone(shards: readonly ShardPlan[], done: readonly Range[]): boolean {
  const covered = ({ shard, from = 0, maxSeqNo }: ShardPlan) =>
    maxSeqNo < from ||
    done.some((range) => range.shard === shard && range.from <= from && range.to >= maxSeqNo);
  return shards.every(covered);
}
