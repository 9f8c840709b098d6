import { describe, expect, it } from 'vitest';
import { useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  numbered,
  twoShards,
  write,
} from '../../support/reindex-indices.ts';
import type { Document, IndexBody } from '../../support/reindex-indices.ts';
import { reindex } from '../../support/reindex-run.ts';
import { skippingClock } from '../../support/skipping-clock.ts';

const bed = await useReindexBed();

const source = (documents: readonly Document[], index: IndexBody = twoShards) =>
  createSource(bed, { documents, index });

const script = (text: string, params?: object) => ({
  transform: { script: { source: text, ...(params ? { params } : {}) } },
});

describe('documents', () => {
  it('are copied although the source never refreshes (H6)', async () => {
    const { from, to } = await source([], {
      settings: { number_of_replicas: 0, refresh_interval: '-1' },
    });
    await write(bed.es, from, numbered(80), false);
    const { status } = await reindex(bed, { from, to });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 80 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('may be none at all (H12)', async () => {
    const { from, to } = await source([]);
    const { status } = await reindex(bed, { from, to });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 0 } });
    expect((await indexOf(bed.es, to))?.numberOfShards).toBe(2);
  });

  it('that share an id are told of where they come into one shard', async () => {
    const twins = ['a', 'b', 'c', 'd'].map((routing) => ({ id: 'twin', routing, source: { n: 1 } }));
    const five = { settings: { number_of_shards: 5, number_of_replicas: 0 } };
    const { from, to } = await source([...numbered(20), ...twins], five);
    const destination = { index: to, settings: { number_of_shards: 1 } };
    const { status } = await reindex(bed, { from, to, destination });
    expect(status.plan?.notes?.join()).toContain('have a routing');
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'VerificationFailed' } });
    expect(status.failure?.message).toContain('under several routings');
  });

  it('keep their routing and may share an id under two of them (H16)', async () => {
    const documents = [
      ...numbered(60).map((one) => ({ ...one, routing: `customer-${Number(one.id) % 7}` })),
      { id: 'twin', source: { n: 1 }, routing: 'a' },
      { id: 'twin', source: { n: 2 }, routing: 'b' },
    ];
    const { from, to } = await source(documents, {
      ...twoShards,
      mappings: { _routing: { required: true } },
    });
    const { status } = await reindex(bed, { from, to });
    expect(status.phase).toBe('Completed');
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('may be nested and are counted once each (H16)', async () => {
    const lines = numbered(40).map(({ id }) => ({
      id,
      source: { lines: [{ sku: `a${id}` }, { sku: `b${id}` }] },
    }));
    const mappings = { properties: { lines: { type: 'nested', properties: { sku: { type: 'keyword' } } } } };
    const { from, to } = await source(lines, { ...twoShards, mappings });
    const { status } = await reindex(bed, { from, to });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 40 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('keep parents and children together (H16)', async () => {
    const family = numbered(30).flatMap(({ id }) => [
      { id: `p${id}`, source: { relation: 'parent' }, routing: `p${id}` },
      { id: `c${id}`, source: { relation: { name: 'child', parent: `p${id}` } }, routing: `p${id}` },
    ]);
    const mappings = { properties: { relation: { type: 'join', relations: { parent: 'child' } } } };
    const { from, to } = await source(family, { ...twoShards, mappings });
    const { status } = await reindex(bed, { from, to });
    expect(status.phase).toBe('Completed');
    const query = { has_child: { type: 'child', query: { match_all: {} } } };
    const found = await bed.es.request({ method: 'POST', path: `/${to}/_count`, body: { query } });
    expect(found).toMatchObject({ count: 30 });
  });

  it('are copied beside writes, and nothing else happens, with CopyOnly', async () => {
    const { from, to, name } = await source(numbered(100));
    await addAliases(bed.es, from, { [name]: {} });
    const { status, seen } = await reindex(bed, { from, to, writeMode: 'CopyOnly' });
    expect(status).toMatchObject({
      phase: 'Completed',
      attempt: 1,
      aliasesMoved: [],
      plan: { aliases: [] },
      progress: {
        message: expect.stringContaining(`: 100 documents copied to ${to}; CopyOnly proves nothing`),
      },
    });
    expect(seen.map(({ phase }) => phase)).not.toContain('Fencing');
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const [old, copy] = [await indexOf(bed.es, from), await indexOf(bed.es, to)];
    expect([Object.keys(old?.aliases ?? {}), Object.keys(copy?.aliases ?? {})]).toEqual([[name], []]);
    expect(old && isBlocked(old)).toBe(false);
  });

  const emptySources = ['Online', 'BlockFirst', 'CopyOnly'].flatMap((writeMode) =>
    [1, 3].map((shards) => [writeMode, shards] as const),
  );
  it.for(emptySources)(
    'may not be there at all, nor any field: %s, %i shards',
    async ([writeMode, number_of_shards]) => {
      const { from, to } = await source([], { settings: { number_of_shards, number_of_replicas: 0 } });
      const verification = { level: 'Full' };
      const { status } = await reindex(bed, { from, to, writeMode, verification });
      expect(status).toMatchObject({ phase: 'Completed', attempt: 1 });
      expect(await documentsOf(bed.es, to)).toEqual([]);
    },
  );

  it('are copied by query only where one is given', async () => {
    const { from, to } = await source(numbered(100));
    const { status } = await reindex(bed, {
      from,
      to,
      source: { index: from, query: { range: { n: { lt: 40 } } } },
    });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 40 }, aliasesMoved: [] });
  });

  it('are chosen by the time of the plan where the query says now, in every round and in the proof', async () => {
    const hour = 3_600_000;
    const planned = Date.parse('2026-03-01T12:00:00Z');
    const hours = Array.from({ length: 24 * 14 }, (_, at) => planned + (at - 24 * 10) * hour + hour / 2);
    const documents = hours.map((at, id) => ({ id: String(id), source: { at: new Date(at).toISOString() } }));
    const { from, to } = await source(documents, {
      ...twoShards,
      mappings: { properties: { at: { type: 'date' } } },
    });
    const query = { range: { at: { gte: 'now-7d/d', lt: 'now+1h', time_zone: '+05:00' } } };
    const inside = (at: number) => at >= Date.parse('2026-02-22T00:00:00+05:00') && at < planned + hour;
    const late = [planned + hour / 4, planned + 4 * hour].map((at) => new Date(at).toISOString());
    const { status } = await reindex(
      bed,
      { from, to, source: { index: from, query }, writeMode: 'Online', verification: { level: 'Full' } },
      {
        // The clock of Elasticsearch is months ahead.
        clock: skippingClock(planned),
        at: {
          CatchingUp: () =>
            write(
              bed.es,
              from,
              late.map((at, id) => ({ id: `late-${id}`, source: { at } })),
            ),
        },
      },
    );
    expect(status.phase).toBe('Completed');
    const ids = new Set((await documentsOf(bed.es, to)).map(({ id }) => id));
    const wanted = documents.filter((_, at) => inside(hours[at] ?? 0)).map(({ id }) => id);
    expect([...ids].sort()).toEqual([...wanted, 'late-0'].sort());
  });

  it.for([
    ['dd.MM.yyyy', '22.02.2026'],
    ['epoch_second', '1771718400'],
    ['yyyy-MM-dd HH:mm||epoch_millis', '2026-02-22 00:00'],
    ['basic_date', '20260222'],
  ] as const)('are chosen by now in a range of the format %s', async ([format, since]) => {
    const hour = 3_600_000;
    const planned = Date.parse('2026-03-01T12:00:00Z');
    const hours = Array.from({ length: 24 * 9 }, (_, at) => planned + (at - 24 * 8) * hour + hour / 2);
    const documents = hours.map((at, id) => ({
      id: String(id),
      source: { day: new Date(at).toISOString() },
    }));
    const { from, to } = await source(documents, {
      ...twoShards,
      mappings: { properties: { day: { type: 'date', format: `${format}||strict_date_time` } } },
    });
    const range = { gte: since, lte: 'now/h', format };
    const filter = [{ range: { day: range } }, { range: { day: { gt: 'now-7d/d', format } } }];
    const { status } = await reindex(
      bed,
      { from, to, source: { index: from, query: { bool: { filter } } } },
      { clock: skippingClock(planned) },
    );
    const [first, last] = [Date.parse('2026-02-23T00:00:00Z'), planned + hour];
    const wanted = hours.filter((at) => at >= first && at < last).length;
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: wanted } });
  });

  it('do not pass default and final pipelines again, which come back afterwards (H50)', async () => {
    const pipeline = bed.name();
    const processors = [{ set: { field: 'stamped', value: true } }];
    await bed.es.request({ method: 'PUT', path: `/_ingest/pipeline/${pipeline}`, body: { processors } });
    const { from, to } = await source(numbered(50));
    const settings = { 'index.default_pipeline': pipeline, 'index.final_pipeline': pipeline };
    await bed.es.request({ method: 'PUT', path: `/${from}/_settings`, body: settings });
    const { status } = await reindex(bed, { from, to });
    expect(status.phase).toBe('Completed');
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect((await indexOf(bed.es, to))?.settings).toMatchObject({
      default_pipeline: pipeline,
      final_pipeline: pipeline,
    });
  });
});

describe('a script', () => {
  it('changes documents and reads its parameters', async () => {
    const { from, to } = await source(numbered(50));
    const { status } = await reindex(bed, { from, to, ...script('ctx._source.n += params.by', { by: 5 }) });
    expect(status.phase).toBe('Completed');
    expect((await documentsOf(bed.es, to)).every(({ id, source: found }) => isShifted(id, found))).toBe(true);
  });

  it.for([
    'if (ctx._source.n % 3 == 0) ctx._source.m = 2',
    "for (def k : ['x', 'y']) ctx._source.put(k, 1) // both",
    "if (ctx._source.n == 1) ctx.op = 'noop'",
  ])('may end without a semicolon, as anywhere: %s', async (text) => {
    const { from, to } = await source(numbered(20));
    const { status } = await reindex(bed, { from, to, ...script(text) });
    expect(status.phase).toBe('Completed');
  });

  it.for(['noop', 'delete'])('may leave documents out by %s (H10)', async (operation) => {
    const { from, to } = await source(numbered(90));
    const text = `if (ctx._source.n % 3 == 0) { ctx.op = '${operation}' }`;
    const { status } = await reindex(bed, { from, to, ...script(text) });
    expect(status).toMatchObject({ phase: 'Completed', verification: { expected: 60 } });
    expect(await documentsOf(bed.es, to)).toHaveLength(60);
  });

  it('may leave out all of the first documents, with which it is tried (H10)', async () => {
    const { from, to } = await source(numbered(60));
    const { status } = await reindex(bed, { from, to, ...script("if (ctx._source.n < 50) ctx.op = 'noop'") });
    expect(status.phase).toBe('Completed');
    expect(await documentsOf(bed.es, to)).toHaveLength(10);
  });

  it('that does not compile is refused before anything is done (H10, R7)', async () => {
    const { from, to } = await source(numbered(10));
    const { status } = await reindex(bed, { from, to, ...script('ctx._source.n = ;') });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'ScriptFailed' } });
    expect(await indexOf(bed.es, to)).toBeUndefined();
  });

  it.for(["ctx._id = 'x' + ctx._id", "ctx._routing = 'x'", "ctx._index = 'elsewhere'"])(
    'that moves a document is refused: %s (H10, H49)',
    async (text) => {
      const { from, to } = await source(numbered(10));
      const { status } = await reindex(bed, { from, to, ...script(text) });
      expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'ScriptFailed' } });
      expect(await indexOf(bed.es, to)).toBeUndefined();
    },
  );

  it('that moves a document late fails the copy and undoes it (H49)', async () => {
    const { from, to } = await source(numbered(200));
    const { status } = await reindex(bed, {
      from,
      to,
      ...script("if (ctx._source.n == 170) { ctx._id = 'x' }"),
    });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'ScriptFailed' } });
    const old = await indexOf(bed.es, from);
    expect(old && isBlocked(old)).toBe(false);
  });
});

function isShifted(id: string, found: unknown): boolean {
  return (found as { n: number }).n === Number(id) + 5;
}
