import { z } from 'zod';
import type { Range } from './ranges.ts';

/** Where a walk over the sequence numbers of all shards goes on. Small: it is kept in a status. */
export interface Position {
  readonly shard: number;
  /** The first sequence number that was not looked at. */
  readonly from: number;
}

export interface ShardBound {
  readonly shard: number;
  /** The last sequence number that counts; -1 for none. */
  readonly through: number;
}

/** No shard gets that far: 285 years at a million operations a second. */
export const END = Number.MAX_SAFE_INTEGER;

const position = z.object({ shard: z.int().min(0), from: z.int().min(0) });

/** Whatever is no position means the start: walking twice does no harm. */
export function positionOf(cursor: unknown): Position {
  return position.catch({ shard: 0, from: 0 }).parse(cursor);
}

/** What is left of the first shard that has anything left; undefined at the end. */
function rangeAt(bounds: readonly ShardBound[], { shard, from }: Position): Range | undefined {
  const left = bounds
    .map((bound) => ({ shard: bound.shard, from: bound.shard === shard ? from : 0, to: bound.through }))
    .filter((range) => range.shard >= shard && range.from <= range.to);
  return left.sort((a, b) => a.shard - b.shard)[0];
}

/**
 * Walks on for a number of turns.
 * @param visit looks at the beginning of a range and says which number it has reached; undefined: the range's end.
 * @param goesOn asked after each turn; false ends the walk early.
 * @returns where to go on; undefined at the end.
 */
export async function walk(
  bounds: readonly ShardBound[],
  cursor: unknown,
  turns: number,
  visit: (range: Range) => Promise<number | undefined>,
  goesOn: () => boolean = () => true,
): Promise<Position | undefined> {
  let range = rangeAt(bounds, positionOf(cursor));
  for (let turn = 0; range && turn < turns; turn++) {
    const { shard, to } = range;
    const reached: number = (await visit(range)) ?? to;
    range = rangeAt(bounds, reached < to ? { shard, from: reached + 1 } : { shard: shard + 1, from: 0 });
    if (!goesOn()) break;
  }
  return range && { shard: range.shard, from: range.from };
}
