import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Target } from '../../../src/controllers/reindex-request/actions.ts';
import { compareDocuments } from '../../../src/controllers/reindex-request/perform-compare.ts';
import { pageOf } from '../../../src/controllers/reindex-request/page.ts';
import { removeDepartures, SLICE } from '../../../src/controllers/reindex-request/perform-departures.ts';
import { findMissing } from '../../../src/controllers/reindex-request/perform-missing.ts';
import { sweepGhosts } from '../../../src/controllers/reindex-request/perform-sweep.ts';
import type { Range } from '../../../src/controllers/reindex-request/ranges.ts';
import type { ShardBound } from '../../../src/controllers/reindex-request/shard-walk.ts';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { countDocuments } from '../../../src/elasticsearch/counts.ts';
import { createIndex, deleteIndex } from '../../../src/elasticsearch/indices.ts';
import { closePointInTime, openPointInTime } from '../../../src/elasticsearch/point-in-time.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { runReindex } from '../../../src/elasticsearch/reindex.ts';
import { primaryShards } from '../../../src/elasticsearch/shard-stats.ts';
import { FencedError } from '../../../src/runtime/errors.ts';
import type { Document } from '../../support/reindex-indices.ts';
import { documentsOf, indexOf, numbered, write } from '../../support/reindex-indices.ts';
import { connect } from '../elasticsearch/server.ts';

const { signal } = new AbortController();

const es = connect();

const opened: string[] = [];
const made: string[] = [];
afterEach(async () => {
  for (const pit of opened.splice(0)) await closePointInTime(es, pit);
  for (const index of made.splice(0)) await deleteIndex(es, index);
});

interface Key {
  readonly id: string;
  readonly routing?: string | undefined;
}

interface Pair {
  readonly source: string;
  readonly origin: Target;
  readonly destination: Target;
  readonly shardCount: number;
  readonly page: number;
}

async function indices(
  documents: readonly Document[],
  shards = 1,
  mappings: Readonly<Record<string, unknown>> = {},
  own: Readonly<Record<string, unknown>> = {},
): Promise<Pair> {
  const source = `t-delta-${randomUUID()}`;
  const copy = `${source}-copy`;
  made.push(source, copy);
  const settings = { number_of_shards: shards, number_of_replicas: 0, refresh_interval: '-1', ...own };
  for (const index of [source, copy]) await createIndex(es, index, { settings, mappings });
  for (let at = 0; at < documents.length; at += 20_000)
    await write(es, source, documents.slice(at, at + 20_000), false);
  const target = async (index: string) => ({ index, uuid: (await indexOf(es, index))?.uuid ?? '' });
  const [origin, destination] = [await target(source), await target(copy)];
  return { source, origin, destination, shardCount: shards, page: pageOf(settings) };
}

interface Watermark {
  readonly pit: string;
  readonly shards: readonly ShardBound[];
}

/** @param late is written after the watermark was read, and before the point in time is opened. */
async function watermark(
  { source, shardCount }: Pair,
  late: () => Promise<unknown> = async () => undefined,
): Promise<Watermark> {
  const shards = (await primaryShards(es, source, shardCount)).map(({ shard, globalCheckpoint }) => ({
    shard,
    through: globalCheckpoint,
  }));
  await late();
  await refresh(es, source);
  const pit = await openPointInTime(es, source, '5m');
  opened.push(pit);
  return { pit, shards };
}

async function copyAll({ source, destination, page: size }: Pair): Promise<void> {
  await refresh(es, source);
  await runReindex(es, { source: { index: source, size }, dest: { index: destination.index } });
  await refresh(es, destination.index);
}

async function remove(index: string, keys: readonly Key[]): Promise<void> {
  const lines = keys.map(({ id, routing }) =>
    JSON.stringify({ delete: { _id: id, ...(routing && { routing }) } }),
  );
  await es.request({ method: 'POST', path: `/${index}/_bulk`, body: `${lines.join('\n')}\n` });
}

const ids = (...values: readonly number[]): readonly Key[] => values.map((value) => ({ id: String(value) }));

/** Every slice until the end. */
async function depart(
  { destination, page }: Pair,
  before: Watermark,
  after: Watermark,
  options: {
    readonly query?: unknown;
    readonly limits?: Partial<typeof SLICE>;
    readonly es?: Elasticsearch;
  } = {},
) {
  const { query, limits } = options;
  let [removed, slices, cursor] = [0, 0, undefined as unknown];
  do {
    const result = await removeDepartures(
      { before: before.pit, after: after.pit, shards: before.shards, query, page, destination, cursor },
      options.es ?? es,
      signal,
      { ...SLICE, ...limits },
    );
    if (result.type === 'lost') return { lost: result.pit, removed, slices };
    expect(JSON.stringify(result.next ?? null).length).toBeLessThan(200);
    removed += result.removed;
    slices += 1;
    cursor = result.next;
  } while (cursor !== undefined);
  return { removed, slices };
}

/** Ids in the destination that the source does not have, and the other way round. */
async function apart({ source, destination }: Pair) {
  const keys = async (index: string) =>
    (await documentsOf(es, index)).map(({ id, routing }) =>
      routing === undefined ? id : `${id}@${routing}`,
    );
  const [here, there] = await Promise.all([keys(source), keys(destination.index)]);
  const [sources, copies] = [new Set(here), new Set(there)];
  return {
    ghosts: there.filter((key) => !sources.has(key)),
    missing: here.filter((key) => !copies.has(key)),
  };
}

const tiny = { longest: 40, atOnce: 2, numbersAtOnce: 80, numbers: 80, departed: 3, buckets: 4, ranges: 3 };

describe('departures', () => {
  it.for([1, 3])('are deleted whatever happened in between, with %i shards', async (shards) => {
    const pair = await indices(numbered(500), shards);
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(...Array.from({ length: 60 }, (_, n) => n * 7)));
    // Updated; deleted and written anew; made and deleted.
    await write(es, pair.source, numbered(120).slice(100, 110), false);
    await write(es, pair.source, [...numbered(8).slice(7), { id: 'short', source: {} }], false);
    await remove(pair.source, [{ id: 'short' }]);
    const after = await watermark(pair);
    // 60 were deleted; 7 and 105 have come back.
    // However many shards: while they are small, writers wait for one pass.
    expect(await depart(pair, before, after)).toEqual({ removed: 58, slices: 1 });
    await copyAll(pair);
    expect(await apart(pair)).toEqual({ ghosts: [], missing: [] });
  });

  it('are found slice by slice, with a place to go on after each', async () => {
    const pair = await indices(numbered(400), 3);
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(...Array.from({ length: 60 }, (_, n) => n * 5), 399));
    const { removed, slices } = await depart(pair, before, await watermark(pair), { limits: tiny });
    expect(removed).toBe(61);
    expect(slices).toBeGreaterThan(9);
    expect((await apart(pair)).ghosts).toEqual([]);
  });

  it('may be removed twice', async () => {
    const pair = await indices(numbered(50));
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(3, 4));
    const after = await watermark(pair);
    expect((await depart(pair, before, after)).removed).toBe(2);
    expect((await depart(pair, before, after)).removed).toBe(0);
  });

  it('are known by id and routing, since an id may be there under two of them', async () => {
    const twins = (routing: string) => numbered(60).map((one) => ({ ...one, routing }));
    // Two routings of different shards, so that the twins are two documents.
    const pair = await indices([...twins('a'), ...twins('d'), ...numbered(40)], 3);
    const before = await watermark(pair);
    await copyAll(pair);
    expect((await documentsOf(es, pair.destination.index)).length).toBeGreaterThan(120);
    await remove(pair.source, [
      { id: '50', routing: 'a' },
      { id: '51', routing: 'd' },
      { id: '7', routing: 'a' },
      { id: '8' },
    ]);
    const { removed } = await depart(pair, before, await watermark(pair));
    expect(removed).toBe(4);
    expect(await apart(pair)).toEqual({ ghosts: [], missing: [] });
  });

  it('leave alone a document that has come under the same id with another routing', async () => {
    const pair = await indices([{ id: '1', routing: 'a', source: {} }]);
    const before = await watermark(pair);
    await write(es, pair.source, [{ id: '1', routing: 'b', source: {} }], false);
    const after = await watermark(pair);
    await copyAll(pair);
    expect((await depart(pair, before, after)).removed).toBe(0);
    expect(await apart(pair)).toEqual({ ghosts: [], missing: [] });
  });

  it('count a document with nested parts once', async () => {
    const parts = numbered(200).map(({ id }) => ({ id, source: { parts: [{ a: 1 }, { a: 2 }] } }));
    const pair = await indices(parts, 1, { properties: { parts: { type: 'nested' } } });
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(0, 17, 199));
    const { removed } = await depart(pair, before, await watermark(pair), { limits: tiny });
    expect(removed).toBe(3);
    expect((await apart(pair)).ghosts).toEqual([]);
  });

  it('are also documents that the query has lost', async () => {
    const pair = await indices(numbered(100), 3);
    const before = await watermark(pair);
    const query = { range: { n: { lt: 50 } } };
    await runReindex(es, { source: { index: pair.source, query }, dest: { index: pair.destination.index } });
    await remove(pair.source, ids(10, 90));
    await write(es, pair.source, [{ id: '20', source: { n: 70 } }], false);
    const { removed } = await depart(pair, before, await watermark(pair), { query });
    expect(removed).toBe(2);
    const left = (await documentsOf(es, pair.destination.index)).map(({ id }) => Number(id));
    expect(left.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, n) => n).filter((n) => n % 10 || (n !== 10 && n !== 20)),
    );
  });

  it('are looked for above the watermark, where the point in time shows more than was counted', async () => {
    const pair = await indices(numbered(100));
    const late = numbered(140).slice(100);
    const before = await watermark(pair, () => write(es, pair.source, late, false));
    await copyAll(pair);
    // Updated in the window and deleted later: its old number was gone before, its new one is above the watermark.
    await remove(pair.source, ids(5, 100, 120, 139));
    const { removed } = await depart(pair, before, await watermark(pair));
    expect(removed).toBe(4);
    expect((await apart(pair)).ghosts).toEqual([]);
  });

  it('are found by number and not by counting, when as many documents have come as have gone', async () => {
    const pair = await indices(numbered(100));
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(1, 2, 3));
    await write(es, pair.source, numbered(103).slice(100), false);
    expect((await depart(pair, before, await watermark(pair))).removed).toBe(3);
    expect(await apart(pair)).toEqual({ ghosts: [], missing: ['100', '101', '102'] });
  });

  it('may be tens of thousands', async () => {
    const pair = await indices(numbered(33_000).map(({ id }) => ({ id, source: {} })));
    const before = await watermark(pair);
    await copyAll(pair);
    // Every number but a few, and those scattered: no bucket is the same.
    const leaving = numbered(33_000).filter((_, n) => n % 20 > 0);
    await remove(pair.source, leaving);
    const { removed, slices } = await depart(pair, before, await watermark(pair));
    expect({ removed, slices }).toEqual({ removed: 31_350, slices: 4 });
    await refresh(es, pair.destination.index);
    expect(await countDocuments(es, pair.destination.index)).toBe(1_650);
  });

  it('are counted in no more buckets than clusters of old allow', async () => {
    const limit = async (most: number | null) => {
      const body = { persistent: { 'search.max_buckets': most } };
      await es.request({ method: 'PUT', path: '/_cluster/settings', body });
    };
    const pair = await indices(numbered(25_000).map(({ id }) => ({ id, source: {} })));
    const before = await watermark(pair);
    await copyAll(pair);
    const leaving = numbered(25_000).filter((_, n) => n % 9 === 0);
    await remove(pair.source, leaving);
    const after = await watermark(pair);
    await limit(10_000);
    try {
      expect((await depart(pair, before, after)).removed).toBe(leaving.length);
    } finally {
      await limit(null);
    }
  });

  it('cannot be told once a point in time is gone', async () => {
    const pair = await indices(numbered(20), 3);
    const [before, after] = [await watermark(pair), await watermark(pair)];
    await closePointInTime(es, after.pit);
    expect(await depart(pair, before, after)).toMatchObject({ lost: 'after' });
    await closePointInTime(es, before.pit);
    expect(await depart(pair, before, await watermark(pair))).toMatchObject({ lost: 'before' });
  });

  it('cannot be told from a later point in time that shows more than the earlier one', async () => {
    const pair = await indices(numbered(20));
    const before = await watermark(pair);
    await write(es, pair.source, numbered(25).slice(20), false);
    const after = await watermark(pair);
    expect(await depart(pair, { ...before, shards: after.shards }, after)).toMatchObject({ lost: 'before' });
  });

  it('cannot be told where two have left a bucket that a third has come into', async () => {
    const family = { family: { type: 'join', relations: { order: 'line' } } };
    const order = (n: number) => ({ id: String(n), routing: 'r', source: { family: 'order' } });
    const line = (n: number, good: boolean) => {
      const source = { good, family: { name: 'line', parent: String(n) } };
      return { id: `line-${n}`, routing: 'r', source };
    };
    const orders = Array.from({ length: 30 }, (_, n) => order(n));
    const pair = await indices(orders, 1, { properties: family });
    await write(es, pair.source, [line(10, true), line(16, false), line(20, true)], false);
    const before = await watermark(pair);
    await write(es, pair.source, [line(10, false), line(16, true), line(20, false)], false);
    const after = await watermark(pair);
    const query = { has_child: { type: 'line', query: { term: { good: true } } } };
    const limits = { buckets: 3 };
    expect(await depart(pair, before, after, { query, limits })).toMatchObject({ lost: 'before' });
  });

  it('are not deleted from an index that was made anew under the name of the destination', async () => {
    const pair = await indices(numbered(20));
    const [before, after] = [await watermark(pair), await watermark(pair)];
    const destination = { ...pair.destination, uuid: 'another' };
    await expect(depart({ ...pair, destination }, before, after)).rejects.toThrow(FencedError);
  });

  it('stay when somebody writes them between being read and being deleted, and go the next time', async () => {
    const pair = await indices(numbered(20));
    const before = await watermark(pair);
    await copyAll(pair);
    await remove(pair.source, ids(3, 4));
    const after = await watermark(pair);
    const { index } = pair.destination;
    const meddling: Elasticsearch = {
      request: async (request, signal) => {
        if (request.path.endsWith('/_bulk')) await write(es, index, numbered(5).slice(4), false);
        return es.request(request, signal);
      },
    };
    await expect(depart(pair, before, after, { es: meddling })).rejects.toMatchObject({
      errorClass: 'incomplete',
    });
    expect((await apart(pair)).ghosts).toEqual(['4']);
    expect((await depart(pair, before, after)).removed).toBe(1);
  });
});

const pages = { pages: 3, page: 20 };

async function sweep({ destination, shardCount, page }: Pair, { pit }: Watermark, query?: unknown) {
  let [removed, checked, slices, cursor] = [0, 0, 0, undefined as unknown];
  do {
    const request = { pit, shardCount, query, page, destination, cursor };
    const result = await sweepGhosts(request, es, signal, pages);
    if (result.type === 'lost') return 'lost';
    removed += result.removed;
    checked += result.checked;
    slices += 1;
    cursor = result.next;
  } while (cursor !== undefined);
  return { removed, checked, slices };
}

describe('a sweep', () => {
  it.for([1, 3])('deletes what the point in time does not show, with %i shards', async (shards) => {
    const pair = await indices(numbered(200), shards);
    await copyAll(pair);
    await remove(pair.source, ids(0, 99, 150, 199));
    // As many have come as have gone, so that counts are equal.
    await write(es, pair.source, numbered(204).slice(200), false);
    const now = await watermark(pair);
    // What comes back later is no reason to keep a document that the round does not copy.
    await write(es, pair.source, numbered(1), true);
    const result = await sweep(pair, now);
    expect(result).toMatchObject({ removed: 4, checked: 200 });
    expect((await apart(pair)).ghosts).toEqual([]);
    expect(await sweep(pair, now)).toMatchObject({ removed: 0, checked: 196 });
  });

  it('goes by id and routing', async () => {
    const twins = (routing: string) => numbered(30).map((one) => ({ ...one, routing }));
    const pair = await indices([...twins('a'), ...twins('d'), ...numbered(10)], 3);
    await copyAll(pair);
    await remove(pair.source, [{ id: '3' }, { id: '4', routing: 'a' }, { id: '29', routing: 'd' }]);
    expect(await sweep(pair, await watermark(pair))).toMatchObject({ removed: 3 });
    expect(await apart(pair)).toEqual({ ghosts: [], missing: [] });
  });

  it('does not take an id with a routing for the same id without one', async () => {
    const pair = await indices([{ id: 'x', source: {} }], 3);
    await copyAll(pair);
    await remove(pair.source, [{ id: 'x' }]);
    await write(es, pair.source, [{ id: 'x', source: {}, routing: 'a' }], false);
    expect(await sweep(pair, await watermark(pair))).toMatchObject({ removed: 1 });
    expect(await apart(pair)).toEqual({ ghosts: [], missing: ['x@a'] });
  });

  it('deletes what the query has lost, and sees nested documents once', async () => {
    const documents = numbered(40).map(({ id }) => ({ id, source: { n: Number(id), parts: [{ a: 1 }] } }));
    const pair = await indices(documents, 1, { properties: { parts: { type: 'nested' } } });
    await copyAll(pair);
    const query = { range: { n: { lt: 30 } } };
    expect(await sweep(pair, await watermark(pair), query)).toMatchObject({ removed: 10, checked: 40 });
  });

  it('ends when the point in time is gone', async () => {
    const pair = await indices(numbered(5));
    await copyAll(pair);
    const now = await watermark(pair);
    await closePointInTime(es, now.pit);
    expect(await sweep(pair, now)).toBe('lost');
    expect((await apart(pair)).ghosts).toEqual([]);
  });
});

async function missing({ origin, destination, page }: Pair, { pit, shards }: Watermark, query?: unknown) {
  let [count, cursor] = [0, undefined as unknown];
  const ranges: Range[] = [];
  do {
    const request = { pit, shards, query, page, source: origin, destination, cursor };
    const result = await findMissing(request, es, signal, pages);
    if (result.type === 'lost') return 'lost';
    count += result.missing;
    ranges.push(...result.ranges);
    cursor = result.next;
  } while (cursor !== undefined);
  return { count, ranges };
}

describe('missing documents', () => {
  it('are named by what to copy again', async () => {
    const pair = await indices(numbered(100));
    const now = await watermark(pair, () => write(es, pair.source, numbered(102).slice(100), false));
    await copyAll(pair);
    // 100 and 101 lie above the watermark: the next round copies them.
    await remove(pair.destination.index, ids(5, 6, 7, 50, 100, 101));
    expect(await missing(pair, now)).toEqual({
      count: 4,
      ranges: [
        { shard: 0, from: 5, to: 7 },
        { shard: 0, from: 50, to: 50 },
      ],
    });
    expect(await missing(pair, now, { range: { n: { gte: 10 } } })).toMatchObject({ count: 1 });
  });

  it('are few ranges where they are many documents', async () => {
    const pair = await indices(numbered(60), 3);
    const now = await watermark(pair);
    const result = await missing(pair, now);
    expect(result).toMatchObject({ count: 60 });
    expect(result === 'lost' ? [] : result.ranges.length).toBeLessThan(6);
  });

  it('are not those that were written again after the point in time', async () => {
    const pair = await indices(numbered(30), 3);
    const now = await watermark(pair);
    await copyAll(pair);
    await remove(pair.destination.index, ids(1, 2, 3));
    await write(es, pair.source, numbered(2).slice(1), false);
    await remove(pair.source, ids(2));
    expect(await missing(pair, now)).toMatchObject({ count: 1 });
  });

  it('are told apart by routing', async () => {
    const twins = (routing: string) => numbered(20).map((one) => ({ ...one, routing }));
    const pair = await indices([...twins('a'), ...twins('d')], 3);
    const now = await watermark(pair);
    await copyAll(pair);
    await remove(pair.destination.index, [{ id: '7', routing: 'd' }]);
    expect(await missing(pair, now)).toMatchObject({ count: 1 });
  });
});

async function compare(
  { origin, destination, page }: Pair,
  { pit, shards }: Watermark,
  options: {
    readonly sampleSize?: number;
    readonly es?: Elasticsearch;
    readonly time?: number;
  } = {},
) {
  const { sampleSize = 1, time = 60_000 } = options;
  const level = options.sampleSize === undefined ? 'Full' : 'Sample';
  let [compared, mismatched, cursor] = [0, 0, undefined as unknown];
  const examples: string[] = [];
  do {
    const of = { pit, shards, source: origin, destination, page } as const;
    const request = { ...of, level, sampleSize, cursor } as const;
    const result = await compareDocuments(request, options.es ?? es, signal, { ...pages, time });
    if (result.type === 'lost') return { lost: true, compared, mismatched };
    compared += result.compared;
    mismatched += result.mismatched;
    examples.push(...result.examples);
    cursor = result.next;
  } while (cursor !== undefined);
  return { compared, mismatched, examples: examples.sort() };
}

describe('contents', () => {
  it('are compared as JSON, and the order of keys says nothing', async () => {
    const documents = numbered(150).map(({ id }) => ({ id, source: { a: 1, b: { c: [1, 2] } } }));
    const pair = await indices(documents, 3);
    const now = await watermark(pair);
    await copyAll(pair);
    const { index } = pair.destination;
    await write(es, index, [
      { id: '1', source: { b: { c: [1, 2] }, a: 1 } },
      { id: '2', source: { a: 1, b: { c: [2, 1] } } },
      { id: '3', source: { a: 1, b: { c: [1, 2] }, extra: null } },
    ]);
    await remove(index, ids(4));
    // The next round copies these.
    await remove(index, ids(5));
    await remove(pair.source, ids(5));
    await write(es, pair.source, [{ id: '6', source: { a: 2 } }], false);
    expect(await compare(pair, now)).toEqual({ compared: 150, mismatched: 3, examples: ['2', '3', '4'] });
    expect(await compare(pair, now, { sampleSize: 1000 })).toMatchObject({ compared: 150, mismatched: 3 });
  });

  it('hold vectors, which some clusters keep beside the rest', async () => {
    const vectors = {
      v: { type: 'dense_vector', dims: 3, similarity: 'cosine' },
      s: { type: 'sparse_vector' },
    };
    const source = (n: number) => ({ v: [n + 1, 1 / 3, 2], s: { tok: 1 / (n + 3) } });
    const documents = numbered(20).map(({ id }) => ({ id, source: source(Number(id)) }));
    const pair = await indices(documents, 2, { properties: vectors });
    const now = await watermark(pair);
    await copyAll(pair);
    expect(await compare(pair, now)).toMatchObject({ compared: 20, mismatched: 0 });
    const { s } = source(3);
    await write(es, pair.destination.index, [
      { id: '3', source: { s } },
      { id: '4', source: { ...source(4), v: [5.1, 1 / 3, 2] } },
    ]);
    expect(await compare(pair, now)).toMatchObject({ mismatched: 2, examples: ['3', '4'] });
  });

  it('are sampled from every shard, the same ones each time', async () => {
    const pair = await indices(numbered(600), 3);
    const now = await watermark(pair);
    await copyAll(pair);
    const every = numbered(600).map(({ id }) => ({ id, source: { n: -1 } }));
    await write(es, pair.destination.index, every);
    const sample = await compare(pair, now, { sampleSize: 60 });
    expect(await compare(pair, now, { sampleSize: 60 })).toEqual(sample);
    expect(sample.compared).toBe(sample.mismatched);
    expect(Math.abs(sample.compared - 60)).toBeLessThanOrEqual(6);
  });

  it('that are too large for one answer are read in parts', async () => {
    const large = (id: string) => ({ id, source: { filler: 'x'.repeat(1_500_000), id } });
    const pair = await indices(numbered(12).map(({ id }) => large(id)));
    const now = await watermark(pair);
    await copyAll(pair);
    await write(es, pair.destination.index, [{ id: '7', source: { filler: 'y' } }]);
    const answers: number[] = [];
    const counting: Elasticsearch = {
      request: async (request, signal) => {
        const answer = await es.request(request, signal);
        answers.push(JSON.stringify(answer).length);
        return answer;
      },
    };
    for (const options of [{}, { sampleSize: 12 }, { time: 0 }, { sampleSize: 12, time: 0 }])
      expect(await compare(pair, now, { ...options, es: counting })).toEqual({
        compared: 12,
        mismatched: 1,
        examples: ['7'],
      });
    expect(Math.max(...answers)).toBeLessThan(8 * 1024 * 1024);
  });

  it('cannot be compared once the point in time is gone', async () => {
    const pair = await indices(numbered(3));
    const now = await watermark(pair);
    await closePointInTime(es, now.pit);
    expect(await compare(pair, now)).toMatchObject({ lost: true });
    expect(await missing(pair, now)).toBe('lost');
  });
});

it('an index that gives few documents at once is asked for no more', async () => {
  const few = { max_result_window: 7, max_terms_count: 5 };
  const pair = await indices(numbered(60), 2, {}, few);
  const before = await watermark(pair, () => write(es, pair.source, numbered(100).slice(60), false));
  await copyAll(pair);
  await remove(
    pair.source,
    numbered(100).filter((_, n) => n % 4 === 0),
  );
  const after = await watermark(pair);
  expect((await depart(pair, before, after)).removed).toBe(25);
  await remove(pair.source, ids(1));
  const now = await watermark(pair);
  expect(await sweep(pair, now)).toMatchObject({ removed: 1, checked: 75 });
  await remove(pair.destination.index, ids(2, 3));
  expect(await missing(pair, now)).toMatchObject({ count: 2 });
  for (const options of [{}, { sampleSize: 1_000 }])
    expect(await compare(pair, now, options)).toEqual({ compared: 74, mismatched: 2, examples: ['2', '3'] });
});
