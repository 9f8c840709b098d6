import { describe, expect, it } from 'vitest';
import { epochAlias } from '../../../src/controllers/reindex-request/names.ts';
import { unpacked } from '../../../src/controllers/reindex-request/packed-journal.ts';
import { viewsOf } from '../../../src/controllers/reindex-request/rounds.ts';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { putSettings } from '../../../src/elasticsearch/indices.ts';
import { closePointInTime } from '../../../src/elasticsearch/point-in-time.ts';
import { editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  oneShard,
  twoShards,
  write,
} from '../../support/reindex-indices.ts';
import { bringToRest, isFreeAgain, once, reindex, unknownOutcome } from '../../support/reindex-run.ts';
import { type Around, startsRange } from '../../support/server-calls.ts';
import { skippingClock } from '../../support/skipping-clock.ts';

const bed = await useReindexBed();
const online = { writeMode: 'Online' };

const remove = (es: Elasticsearch, index: string, id: string) =>
  es.request({ method: 'DELETE', path: `/${index}/_doc/${id}`, query: { refresh: true } });
const put = (index: string, id: string, text: string) =>
  write(bed.es, index, [{ id, source: { n: Number(id), text } }]);

describe('a copy under live writes', () => {
  it('has what was written, and not what was deleted, in each of its phases (H1, H3, R16)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(200), index: twoShards });
    await addAliases(bed.es, from, { [name]: {} });
    const { status, seen } = await reindex(
      bed,
      { from, to, ...online },
      {
        fewestDocumentsPerRange: 20,
        at: {
          Copying: async () => {
            await remove(bed.es, name, '1');
            await put(name, '2', 'updated while copying');
            await put(name, '1000', 'created while copying');
          },
          CatchingUp: async () => {
            await remove(bed.es, name, '1000');
            await remove(bed.es, name, '2');
            await put(name, '3', 'updated while catching up');
          },
          Hardening: async () => {
            await remove(bed.es, name, '4');
            await put(name, '1', 'created anew');
          },
        },
      },
    );
    expect(status).toMatchObject({
      phase: 'Completed',
      verification: { verdict: expect.stringContaining('Equal') },
    });
    const percents = seen.map(({ progress }) => progress?.percent ?? 0);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const ids = (await documentsOf(bed.es, name)).map(({ id }) => id);
    expect(ids).toHaveLength(198);
    expect(ids).toContain('1');
    expect(ids).not.toContain('2');
    expect((await indexOf(bed.es, from))?.settings).not.toHaveProperty('blocks');
    // No point in time is left, which would keep files on the disk.
    const stats = await bed.es.request({ method: 'GET', path: `/${from}/_stats/search` });
    expect(stats).toMatchObject({ _all: { primaries: { search: { open_contexts: 0 } } } });
  });

  it('has the last of a thousand versions, and what was created anew after its deletion was forgotten (H2, H5)', async () => {
    const index = { settings: { number_of_shards: 1, number_of_replicas: 0, 'index.gc_deletes': '1ms' } };
    const { from, to } = await createSource(bed, { documents: numbered(100), index });
    // The version of document 2 begins anew below that of its first life.
    for (let version = 0; version < 5; version += 1) await put(from, '2', `first life ${version}`);
    const manyVersions = async (phase: string) => {
      const versions = Array.from({ length: 500 }, (_, n) => ({
        id: '1',
        source: { n: 1, text: `${phase} ${n}` },
      }));
      await write(bed.es, from, versions);
    };
    const { status } = await reindex(
      bed,
      { from, to, ...online },
      {
        at: {
          Copying: () => manyVersions('copying'),
          CatchingUp: async () => {
            await remove(bed.es, from, '2');
            await put(from, '2', 'second life');
            await manyVersions('catching up');
          },
        },
      },
    );
    expect(status.phase).toBe('Completed');
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const texts = (await documentsOf(bed.es, to)).map(({ source }) => (source as { text: string }).text);
    expect(texts).toContain('catching up 499');
    expect(texts).toContain('second life');
  });

  it('loses what stops to match its query, or what its script leaves out by now (H48)', async () => {
    const { from, to } = await createSource(bed, { documents: numbered(60) });
    const leaving = (text: string) => [
      { id: '3', source: { n: 3, text } },
      { id: '4', source: { n: 400, text } },
    ];
    const { status } = await reindex(
      bed,
      {
        from,
        to,
        ...online,
        source: { index: from, query: { range: { n: { lt: 50 } } } },
        transform: { script: { source: "if (ctx._source.text == 'left out') { ctx.op = 'noop' }" } },
      },
      { at: { CatchingUp: () => write(bed.es, from, leaving('left out')) } },
    );
    expect(status.phase).toBe('Completed');
    const ids = (await documentsOf(bed.es, to)).map(({ id }) => id);
    expect(ids).toHaveLength(48);
    expect(ids).not.toContain('3');
    expect(ids).not.toContain('4');
  });

  it('copies few parts again, although its script leaves out many documents, when a point in time was lost', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(3_000) });
    await putSettings(bed.es, from, { index: { max_result_window: 100 } });
    const lose = async ({ status }: ReindexRequest) => {
      for (const pit of viewsOf(unpacked(status ?? {}).copy)) await closePointInTime(bed.es, pit);
      await write(bed.es, from, [{ id: '1', source: { n: 1, text: 'written since' } }]);
      const annotations = { 'es-steward.dev/approve': status?.plan?.hash };
      await editRequest(bed, name, { metadata: { annotations } });
    };
    let parts = 0;
    const source = 'if (ctx._source.n % 6 == 0) { ctx.op = "noop" }';
    const { status } = await reindex(
      bed,
      { from, to, ...online, approval: 'BeforeCutover', transform: { script: { source } } },
      {
        name,
        at: { AwaitingApproval: lose },
        fewestDocumentsPerRange: 1_000,
        around: (call, send) => {
          if (call.shape === 'POST /_reindex') parts += 1;
          return send();
        },
      },
    );
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 2_500 } });
    expect(status.verification?.ghostsRemoved).toBeDefined();
    expect(parts).toBeLessThan(150);
  });

  it('goes through an index that gives few documents at once, and whose writes wait for replicas', async () => {
    const { from, to } = await createSource(bed, { documents: numbered(100) });
    const own = {
      max_result_window: 20,
      max_terms_count: 15,
      number_of_replicas: 1,
      'write.wait_for_active_shards': '2',
    };
    const written = { ...own, 'write.wait_for_active_shards': null };
    await putSettings(bed.es, from, { index: own });
    const change = async () => {
      await putSettings(bed.es, from, { index: written });
      await remove(bed.es, from, '4');
      await put(from, '2', 'updated while copying');
    };
    const verification = { level: 'Ids' };
    const { status } = await reindex(bed, { from, to, ...online, verification }, { at: { Copying: change } });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 99 } });
    const copy = await indexOf(bed.es, to);
    expect(copy?.numberOfReplicas).toBe(1);
    expect(copy?.settings).toMatchObject({
      max_result_window: '20',
      write: { wait_for_active_shards: '2' },
    });
  });

  it('of more shards than a status has room for is written down compressed', {
    timeout: 180_000,
  }, async () => {
    const index = { settings: { number_of_shards: 80, number_of_replicas: 0 } };
    const { from, to } = await createSource(bed, { documents: numbered(30), index });
    const { status, seen } = await reindex(
      bed,
      { from, to, ...online, destination: { index: to, settings: { number_of_shards: 1 } } },
      {
        at: {
          CatchingUp: async () => {
            await remove(bed.es, from, '1');
            await put(from, '2', 'updated while catching up');
          },
        },
      },
    );
    expect(status.phase).toBe('Completed');
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(seen.some(({ copy }) => copy?.packed !== undefined)).toBe(true);
    expect(Math.max(...seen.map((each) => JSON.stringify(each).length))).toBeLessThan(32 * 1024);
  });

  it('lets nobody write while the aliases move, and afterwards everybody, whom no late call overwrites (H4)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(50) });
    await addAliases(bed.es, from, { [name]: {} });
    const refused: unknown[] = [];
    const { request, seen } = await reindex(
      bed,
      { from, to, ...online },
      {
        at: {
          Reconciling: async () => {
            refused.push(await put(name, '7', 'too late').catch((error: unknown) => error));
          },
        },
      },
    );
    expect(refused).toMatchObject([{ cause: { errors: true } }]);
    expect(seen.some(({ conditions }) => conditions?.some(({ reason }) => reason === 'CutOver'))).toBe(true);
    await put(name, '7', 'afterwards');
    const epoch = epochsOf(request?.metadata.uid ?? '', seen).at(-1);
    const late = bed.es.request({
      method: 'POST',
      path: '/_reindex',
      body: { source: { index: epoch }, dest: { index: to } },
    });
    await expect(late).rejects.toMatchObject({ errorClass: 'indexNotFound' });
    expect((await documentsOf(bed.es, to)).find(({ id }) => id === '7')?.source).toMatchObject({
      text: 'afterwards',
    });
    expect(await leftovers(bed.es, request?.metadata.uid ?? '')).toEqual([]);
  });

  it('has the fields that its source was given while it waited for approval', async () => {
    const properties = { n: { type: 'long' }, text: { type: 'text' }, parts: { type: 'nested' } };
    const index = { ...oneShard, mappings: { dynamic: 'strict', properties } };
    const { from, to, name } = await createSource(bed, { index });
    const added = {
      code: { type: 'keyword' },
      text: { type: 'text', fields: { raw: { type: 'keyword' } } },
      parts: { type: 'nested', properties: { code: { type: 'keyword' } } },
    };
    const widen = async ({ status }: ReindexRequest) => {
      await bed.es.request({ method: 'PUT', path: `/${from}/_mapping`, body: { properties: added } });
      await write(bed.es, from, [{ id: 'x', source: { n: 1, code: 'a', parts: [{ code: 'b' }] } }]);
      await editRequest(bed, name, {
        metadata: { annotations: { 'es-steward.dev/approve': status?.plan?.hash } },
      });
    };
    const { status } = await reindex(
      bed,
      { from, to, ...online, approval: 'BeforeCutover' },
      { name, at: { AwaitingApproval: widen } },
    );
    expect(status.phase).toBe('Completed');
    expect((await indexOf(bed.es, to))?.mappings).toMatchObject({
      dynamic: 'strict',
      properties: { ...properties, ...added },
    });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('frees the writers in time when the last part takes too long, and moves the aliases in another try (H33)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(50) });
    await addAliases(bed.es, from, { [name]: {} });
    const clock = skippingClock();
    let isHeld = false;
    let freed: number | undefined;
    const late: (string | undefined)[] = [];
    const around: Around = async (call, send) => {
      if (call.shape === 'PUT /{epoch}/_block/write' && !isHeld) {
        await put(name, '7', 'written last');
        isHeld = true;
      }
      if (call.shape === 'PUT /{epoch}/_settings') freed ??= clock.now();
      if (!isHeld || freed !== undefined || !startsRange(call)) return send();
      late.push(call.opaqueId);
      throw unknownOutcome();
    };
    const spec = { from, to, ...online, maxWriteOutage: '10s' };
    const after = once(isFreeAgain, () => put(name, '8', 'written after the block'));
    const { status, seen } = await reindex(bed, spec, { clock, around, after });
    const deadline = seen.find(({ fence }) => fence?.deadline !== undefined)?.fence?.deadline ?? '';
    expect(late.length).toBeGreaterThan(0);
    expect((freed ?? Infinity) - Date.parse(deadline)).toBeLessThan(2_000);
    expect(status).toMatchObject({ phase: 'Completed', fenceTries: 1, aliasesMoved: [name] });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const texts = (await documentsOf(bed.es, name)).map(({ source }) => (source as { text: string }).text);
    expect(texts).toEqual(expect.arrayContaining(['written last', 'written after the block']));
  });

  it('keeps its work while it is suspended, and catches up afterwards (H36)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(100) });
    await addAliases(bed.es, from, { [name]: {} });
    const { name: request, status } = await reindex(
      bed,
      { from, to, ...online },
      {
        at: { CatchingUp: () => editRequest(bed, requestName(), { spec: { suspend: true } }) },
        name: requestName(),
      },
    );
    expect(status.conditions?.find(({ type }) => type === 'Suspended')?.status).toBe('True');
    const source = await indexOf(bed.es, from);
    expect(source && isBlocked(source)).toBe(false);
    await remove(bed.es, name, '9');
    await put(name, '8', 'written while suspended');
    await editRequest(bed, request, { spec: { suspend: false } });
    const { status: ended } = await bringToRest(bed, request);
    expect(ended).toMatchObject({ phase: 'Completed', attempt: 1 });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });
});

/** The names through which parts of the copy have read. */
function epochsOf(uid: string, seen: readonly { readonly epoch?: number | undefined }[]) {
  const epochs = new Set(seen.flatMap(({ epoch }) => epoch ?? []));
  return [...epochs].map((epoch) => epochAlias(uid, epoch));
}

const names = { suspended: bed.name() };
function requestName(): string {
  return names.suspended;
}

it('is told of the end of each of its parts', async () => {
  const { from, to } = await createSource(bed, { documents: numbered(200), index: twoShards });
  const { signal } = new AbortController();
  const followed = new Map<string, Promise<unknown>>();
  let begun = 0;
  const { status } = await reindex(
    bed,
    { from, to, ...online },
    {
      fewestDocumentsPerRange: 20,
      around: (call, send) => {
        if (call.shape === 'POST /_reindex') begun += 1;
        return send();
      },
      follow: (_key, what, wait) => {
        if (!followed.has(what)) followed.set(what, wait(signal));
      },
    },
  );
  expect(status.phase).toBe('Completed');
  await Promise.all(followed.values());
  // One copies the documents of the trial.
  expect(begun).toBeGreaterThan(3);
  expect(followed.size).toBe(begun - 1);
});
