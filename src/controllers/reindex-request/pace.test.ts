import { describe, expect, it } from 'vitest';
import { firstParallelism, withPace } from './pace.ts';
import { beginRound, type Copy } from './rounds.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const start = beginRound(undefined, {
  shards: [
    { shard: 0, maxSeqNo: 9_999_999, globalCheckpoint: 9_999_999, documents: 10_000_000, primaryTerm: 1 },
  ],
  fenced: true,
  sequenceNumbers: true,
  parallel: 3,
  parallelLimit: 8,
  time: '2026-03-01T12:00:00.000Z',
});

/** As many tasks as there are places, for so many seconds, on a cluster that copies as much as `speed` says. */
function watch(
  copy: Copy,
  seconds: number,
  speed: (parallel: number) => number,
  { from = 0, throttle = undefined as { requestsPerSecond: number } | undefined } = {},
) {
  let [now, completed, current] = [copy, from * 1_000_000, copy];
  const seen: number[] = [];
  for (let second = from; second < from + seconds; second += 1) {
    const { parallel = 1 } = current;
    const running = Array.from({ length: parallel }, (_, at) => ({
      shard: 0,
      from: at,
      to: at,
      try: 0,
      task: `n:${at}`,
    }));
    now = withPace({ ...current, running }, completed, { throttle }, NOW + second * 1_000);
    completed += speed(now.parallel ?? 1);
    current = now;
    if (seen.at(-1) !== current.parallel) seen.push(current.parallel ?? 0);
  }
  return { copy: current, seen };
}

describe('the number of tasks', () => {
  it('grows as long as more documents are copied with it', () => {
    expect(watch(start, 60, (parallel) => parallel * 10_000).seen).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('goes back to what was best, and stays there for some time', () => {
    const { seen, copy } = watch(start, 100, (parallel) => Math.min(parallel, 5) * 10_000);
    expect(seen).toEqual([3, 4, 5, 6, 5]);
    expect(copy).toMatchObject({ parallel: 5, mostParallel: 5 });
  });

  it('tries again later, since others may have left', () => {
    const { copy } = watch(start, 100, (parallel) => Math.min(parallel, 5) * 10_000);
    expect(watch(copy, 120, (parallel) => parallel * 10_000, { from: 100 }).copy.parallel).toBe(8);
  });

  it('is left alone after a refusal, until the old number is reached again', () => {
    const refused = { ...start, parallel: 1, mostParallel: 4 };
    expect(watch(refused, 60, (parallel) => parallel * 10_000).seen).toEqual([1]);
  });

  it('is left alone where somebody limits the load', () => {
    expect(watch(start, 60, () => 100, { throttle: { requestsPerSecond: 100 } }).seen).toEqual([3]);
  });

  it('is not judged while places are empty', () => {
    const judged = withPace({ ...start, running: [] }, 0, {}, NOW);
    expect(withPace(judged, 0, {}, NOW + 60_000).parallel).toBe(3);
  });
});

describe('how many tasks a copy begins with', () => {
  it.each([
    // processors, shards, tasks, at the most later
    [1, 1, 2, 2],
    [2, 1, 2, 4],
    [8, 1, 3, 16],
    [2, 5, 5, 5],
    [2, 40, 5, 5],
    [16, 12, 12, 16],
    [64, 40, 16, 16],
  ])('is, with %i processors and %i shards, %i', (processors, shards, parallel, parallelLimit) => {
    expect(firstParallelism(processors, shards)).toEqual({ parallel, parallelLimit });
  });
});
