import { describe, expect, it } from 'vitest';
import type { Range } from './ranges.ts';
import { positionOf, walk } from './shard-walk.ts';

const bounds = [
  { shard: 2, through: 4 },
  { shard: 0, through: 9 },
  { shard: 1, through: -1 },
];

/** Visits `step` numbers a turn. */
async function visited(cursor: unknown, turns: number, step: number) {
  const seen: Range[] = [];
  const next = await walk(bounds, cursor, turns, async (range) => {
    seen.push(range);
    return range.from + step - 1;
  });
  return { seen: seen.map(({ shard, from }) => [shard, from]), next };
}

describe('a walk over shards', () => {
  it('sees every number once, and leaves out empty shards', async () => {
    expect(await visited(undefined, 99, 5)).toEqual({
      seen: [
        [0, 0],
        [0, 5],
        [2, 0],
      ],
      next: undefined,
    });
  });

  it('stops after its turns and goes on from there', async () => {
    const first = await visited(undefined, 2, 4);
    expect(first).toEqual({
      seen: [
        [0, 0],
        [0, 4],
      ],
      next: { shard: 0, from: 8 },
    });
    expect(await visited(first.next, 9, 4)).toEqual({
      seen: [
        [0, 8],
        [2, 0],
        [2, 4],
      ],
      next: undefined,
    });
  });

  it('stops early when its time is over', async () => {
    const next = await walk(
      bounds,
      undefined,
      9,
      async ({ from }) => from + 3,
      () => false,
    );
    expect(next).toEqual({ shard: 0, from: 4 });
  });

  it('ends a range when nothing is left in it', async () => {
    const next = await walk(bounds, undefined, 1, async () => undefined);
    expect(next).toEqual({ shard: 2, from: 0 });
  });

  it('starts from the beginning where a cursor says nothing', () => {
    const start = { shard: 0, from: 0 };
    for (const odd of [undefined, null, 'x', {}, { shard: -1, from: 2 }, { shard: 1 }])
      expect(positionOf(odd)).toEqual(start);
    expect(positionOf({ shard: 3, from: 7 })).toEqual({ shard: 3, from: 7 });
  });
});
