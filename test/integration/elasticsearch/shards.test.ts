import { beforeAll, describe, expect, it } from 'vitest';
import { deleteDocuments } from '../../../src/elasticsearch/bulk.ts';
import { countDocuments, indexSize } from '../../../src/elasticsearch/counts.ts';
import { indexHealth } from '../../../src/elasticsearch/health.ts';
import { createIndex } from '../../../src/elasticsearch/indices.ts';
import {
  closePointInTime,
  openPointInTime,
  renewPointInTime,
} from '../../../src/elasticsearch/point-in-time.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { runReindex } from '../../../src/elasticsearch/reindex.ts';
import { sample, search } from '../../../src/elasticsearch/search.ts';
import { primaryShards } from '../../../src/elasticsearch/shard-stats.ts';
import { eventually } from '../../support/eventually.ts';
import { connect, indexWithDocuments, uniqueName, writeDocuments } from './server.ts';

const es = connect();

describe('primary shards', () => {
  it('account for every operation', async () => {
    const index = await indexWithDocuments(es, 'shards', 300, 3);
    const shards = await primaryShards(es, index, 3);
    expect(shards.map(({ shard }) => shard)).toEqual([0, 1, 2]);
    expect(shards.reduce((sum, { documents }) => sum + documents, 0)).toBe(300);
    for (const { maxSeqNo, globalCheckpoint, documents, primaryTerm } of shards)
      expect([maxSeqNo, globalCheckpoint, primaryTerm]).toEqual([documents - 1, documents - 1, 1]);
  });

  it('are -1 in an empty index', async () => {
    const index = await indexWithDocuments(es, 'shards', 0);
    expect(await primaryShards(es, index, 1)).toMatchObject([
      { maxSeqNo: -1, globalCheckpoint: -1, documents: 0 },
    ]);
  });

  it('are copied one by one: a slice with a range of sequence numbers reads exactly its shard', async () => {
    const index = await indexWithDocuments(es, 'shards', 900, 3);
    for (const { shard, maxSeqNo } of await primaryShards(es, index, 3)) {
      const [from, to] = [5, Math.floor(maxSeqNo / 2)];
      const source = {
        index,
        slice: { id: shard, max: 3 },
        query: { range: { _seq_no: { gte: from, lte: to } } },
      };
      const result = await runReindex(es, { source, dest: { index: uniqueName(es, 'copy') } });
      expect(result).toMatchObject({
        total: to - from + 1,
        created: to - from + 1,
        failures: [],
        timedOut: false,
      });
    }
  });
});

describe('an index with a shard that is not there', () => {
  let index: string;
  beforeAll(async () => {
    index = uniqueName(es, 'partial');
    // One node may hold one shard of it: the other stays unassigned.
    const settings = {
      number_of_shards: 2,
      number_of_replicas: 0,
      'routing.allocation.total_shards_per_node': 1,
    };
    await createIndex(es, index, { settings }, { waitForActiveShards: 0 });
    await eventually('one shard started', async () => (await indexHealth(es, index)).activeShards === 1);
  });

  it('is red', async () => {
    expect(await indexHealth(es, index)).toMatchObject({ status: 'red', unassigned: 1 });
  });

  const deciding: readonly (readonly [string, (index: string) => Promise<unknown>])[] = [
    ['primary shards', (index) => primaryShards(es, index, 2)],
    ['a count', (index) => countDocuments(es, index)],
    ['a size', (index) => indexSize(es, index)],
    ['a sample', (index) => sample(es, index, { match_all: {} }, 1)],
    ['a point in time', (index) => openPointInTime(es, index, '1m')],
  ];

  it.each(deciding)('gives no partial answer to %s', async (_, read) => {
    const error: unknown = await read(index).catch((error: unknown) => error);
    expect(['incomplete', 'unavailable']).toContain((error as { errorClass?: string }).errorClass);
  });
});

describe('counting and searching', () => {
  it('counts documents, not their nested parts', async () => {
    const index = uniqueName(es, 'nested');
    await createIndex(es, index, {
      settings: { number_of_replicas: 0 },
      mappings: { properties: { parts: { type: 'nested' } } },
    });
    const body = { parts: [{ a: 1 }, { a: 2 }, { a: 3 }] };
    await es.request({ method: 'PUT', path: `/${index}/_doc/1`, query: { refresh: true }, body });
    expect(await countDocuments(es, index)).toBe(1);
    expect((await primaryShards(es, index, 1))[0]?.documents).toBe(4);
    expect((await indexSize(es, index)).bytes).toBeGreaterThan(0);
  });

  it('samples documents with what a conditional delete needs, and keeps what changed', async () => {
    const index = await indexWithDocuments(es, 'sample', 3);
    expect(await countDocuments(es, index, { range: { n: { gte: 1 } } })).toBe(2);
    const hits = await sample(es, index, { match_all: {} }, 10);
    const documents = hits.map(({ id, routing, seqNo = -1, primaryTerm = -1 }) => ({
      id,
      routing,
      seqNo,
      primaryTerm,
    }));
    expect(hits.map(({ source }) => source)).toContainEqual({ n: 2 });
    await es.request({ method: 'PUT', path: `/${index}/_doc/0`, body: { n: 7 } });
    await es.request({ method: 'DELETE', path: `/${index}/_doc/1` });
    expect(await deleteDocuments(es, index, documents)).toEqual({ deleted: 1, changed: 2 });
    await refresh(es, index);
    expect(await sample(es, index, { match_all: {} }, 10)).toMatchObject([{ id: '0', source: { n: 7 } }]);
  });

  it('sees a point in time and loses it with a class of its own', async () => {
    const index = await indexWithDocuments(es, 'pit', 10);
    const pit = await openPointInTime(es, index, '1m');
    await writeDocuments(es, index, 20);
    await refresh(es, index);
    const body = { pit: { id: pit }, size: 0, track_total_hits: true };
    const frozen = await search(es, undefined, body);
    expect(frozen).toMatchObject({ total: 10, hits: [] });
    await closePointInTime(es, pit);
    await closePointInTime(es, pit);
    await expect(search(es, undefined, body)).rejects.toMatchObject({ errorClass: 'notFound' });
    expect((await search(es, index, { size: 0, track_total_hits: true })).total).toBe(20);
  });

  it('renews a point in time, unless one of its shards is lost', async () => {
    const [kept, lost] = [await indexWithDocuments(es, 'kept', 1), await indexWithDocuments(es, 'lost', 1)];
    const opened = { method: 'POST', path: `/${kept},${lost}/_pit`, query: { keep_alive: '1m' } } as const;
    const { id } = (await es.request(opened)) as { id: string };
    const renewed = await renewPointInTime(es, id, '2m');
    expect((await search(es, undefined, { pit: { id: renewed }, track_total_hits: true })).total).toBe(2);
    for (const change of ['_close', '_open'])
      await es.request({ method: 'POST', path: `/${lost}/${change}` });
    await expect(renewPointInTime(es, renewed, '2m')).rejects.toMatchObject({ errorClass: 'notFound' });
    await closePointInTime(es, renewed);
  });

  it('returns aggregations over sequence numbers', async () => {
    const index = await indexWithDocuments(es, 'aggregations', 10);
    const aggs = { seq: { histogram: { field: '_seq_no', interval: 5 } } };
    const { aggregations } = await search(es, index, { size: 0, aggs });
    expect(aggregations['seq']).toMatchObject({
      buckets: [
        { key: 0, doc_count: 5 },
        { key: 5, doc_count: 5 },
      ],
    });
  });
});
