import { describe, expect, it } from 'vitest';
import { copying, fenced, observed, request, spec } from '../../../test/support/reindex-situations.ts';
import { batchSize, rangeRequest, sampleRequest, sizeOfTry } from './requests.ts';
import { situationOf } from './situation.ts';

describe('batchSize', () => {
  it.each([
    ['small documents', { documents: 200_000, bytes: 40_000_000 }, 5_000],
    ['documents of 4 KiB', { documents: 1_000, bytes: 4_096_000 }, 1_024],
    ['documents of 1 MiB', { documents: 10, bytes: 10 * 1024 ** 2 }, 100],
    ['an empty index', { documents: 0, bytes: 0 }, 1_000],
    ['an index of which nothing is known', undefined, 1_000],
  ])('of %s fills some megabytes', (_, source, expected) => {
    expect(batchSize(source)).toBe(expected);
  });

  it.each([
    [3, 100],
    [600, 600],
    [1_000_000, 5_000],
  ])('is no more than a limit of %d documents per second lets through at once', (perSecond, expected) => {
    expect(batchSize({ documents: 200_000, bytes: 40_000_000 }, perSecond)).toBe(expected);
  });
});

it('is no more than the source gives at once, whatever was asked for', () => {
  const of = (max_result_window: string, over: object) => {
    const sources = [fenced({ settings: { number_of_shards: '1', max_result_window } })];
    const situation = situationOf(request(copying, over), observed({ sources }), 0);
    return rangeRequest(situation, { shard: 0, from: 0, to: 99, try: 0 });
  };
  const throttle = { batchSize: 400 };
  expect(of('300', {})).toMatchObject({ source: { size: 300 } });
  expect(of('300', { throttle })).toMatchObject({ source: { size: 300 } });
  expect(of('10000', { throttle })).toMatchObject({ source: { size: 400 } });
});

describe('the batch of a part that is tried again (H26)', () => {
  const range = { shard: 0, from: 100, to: 159 };
  it.each([
    ['as large as any at first', 0, 5_000, 5_000],
    ['a quarter of the part then', 1, 5_000, 15],
    ['a quarter of what was asked for, where that is less', 1, 40, 10],
    ['ever smaller', 2, 5_000, 3],
    ['one document in the end', 11, 5_000, 1],
  ])('is %s', (_, tries, size, expected) => {
    expect(sizeOfTry({ ...range, try: tries }, size)).toBe(expected);
  });
});

it.each([
  [undefined, 10],
  [3, 3],
  [500, 10],
])('tries documents in batches that are no larger than asked for: %s', (batchSize, size) => {
  const throttled = spec(batchSize === undefined ? {} : { throttle: { batchSize } });
  expect(sampleRequest(throttled, 'orders-v1', undefined)).toMatchObject({ source: { size } });
});
