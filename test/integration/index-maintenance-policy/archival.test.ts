import { describe, expect, it } from 'vitest';
import {
  documentsOf,
  inIndex,
  OLD,
  placesOf,
  STAYING,
  type TestDocument,
  writeDocuments,
} from '../../support/archival-documents.ts';
import { distantSlots } from '../../support/distant-slots.ts';
import { daysAgo, makeIndices, namesOf } from '../../support/maintenance-indices.ts';
import {
  createPolicy,
  policyRef,
  editPolicy,
  type MaintenanceProcessOptions,
  readPolicy,
  runNow,
  startMaintenance,
} from '../../support/maintenance-process.ts';
import type { IndexMaintenancePolicy } from '../../../src/crds/index-maintenance-policy.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';
import type { Around } from '../../support/server-calls.ts';

const bed = await useReindexBed();

/** Each run is asked for: one more at the full hour would be one too many. */
const { schedule } = distantSlots(1440);
const DATED = { properties: { date: { type: 'date' }, n: { type: 'long' } } };
const ARCHIVE = { olderThan: '1825d', field: 'date', destination: '~archive-{date:yyyy}' };

interface Options {
  readonly archive?: Readonly<Record<string, unknown>>;
  readonly target?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A policy that archives documents of its own indexes, each run by a process of its own. */
async function open({ archive = {}, target = {}, spec = {} }: Options = {}) {
  const name = bed.name();
  const prefix = `${name}-`;
  const own = { name: 'docs', pattern: '~src*', archive: { ...ARCHIVE, ...archive }, ...target };
  const written = JSON.stringify(own).replaceAll('~', prefix);
  await createPolicy(bed, name, { schedule, targets: [JSON.parse(written)], ...spec });
  const settle = async (options: MaintenanceProcessOptions = {}) => {
    const process = startMaintenance(bed, options);
    const policy = await process.settle(name);
    await process.close();
    return policy?.status ?? {};
  };
  return {
    name,
    prefix,
    settle,
    run: async (options?: MaintenanceProcessOptions) => {
      await runNow(bed, name);
      return settle(options);
    },
    make: async (index: string, documents: readonly TestDocument[], body: object = { mappings: DATED }) => {
      await makeIndices(bed.es, [prefix + index], body);
      await writeDocuments(bed.es, prefix + index, documents);
    },
    places: () => placesOf(bed.es, prefix),
  };
}

const heldOf = (status: { plan?: { held: readonly { reason: string }[] } | undefined }) =>
  status.plan?.held.map(({ reason }) => reason);

describe('archival', () => {
  it('moves exactly what is older, to the archive of its year, as it was (G3, H78)', async () => {
    const policy = await open({ archive: { batchSize: 2 } });
    await policy.make('src', [...OLD, ...STAYING]);
    const before = await documentsOf(bed.es, policy.prefix);
    expect(await policy.run()).toMatchObject({
      lastRun: { archived: 6, failed: 0 },
      archive: { documents: 6, held: [] },
      plan: { archive: { documents: 0 }, held: [] },
      targets: [{ documents: STAYING.length }],
    });
    expect(await policy.places()).toEqual({
      ...inIndex('archive-2016', OLD.slice(0, 4)),
      ...inIndex('archive-2017', OLD.slice(4)),
      ...inIndex('src', STAYING),
    });
    const after = await documentsOf(bed.es, policy.prefix);
    const contents = (found: typeof after) =>
      Object.fromEntries([...found].map(([id, [each]]) => [id, [each?.source, each?.routing]]));
    expect(contents(after)).toEqual(contents(before));
    const policyNow = await readPolicy(bed, policy.name);
    expect(policyNow?.metadata.finalizers ?? []).toEqual([]);
  });

  it('tells long numbers apart that a double cannot: neither document is deleted for the other (H81)', async () => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 1));
    await policy.run();
    const lines = [
      ['archive-2016', '9007199254740993'],
      ['src', '9007199254740992'],
    ].map(
      ([index, n]) =>
        `{"index":{"_index":"${policy.prefix}${index}","_id":"long"}}\n{"date":"2016-03-01","n":${n}}\n`,
    );
    await bed.es.request({ method: 'POST', path: '/_bulk', query: { refresh: true }, body: lines.join('') });
    await policy.run();
    expect(await policy.places()).toMatchObject({ long: 'archive-2016, src' });
  });
});

/** Does something right before the first call of that shape is sent. */
const before = (shape: RegExp, act: () => Promise<unknown>): Around => {
  let done = false;
  return async (call, send) => {
    if (call.server === 'elasticsearch' && shape.test(call.shape) && !done) {
      done = true;
      await act();
    }
    return send();
  };
};

const put = (path: string, body: object) => bed.es.request({ method: 'PUT', path, body });

describe('a document that is written to on its way', () => {
  it.each<[string, RegExp]>([
    ['between choice and copy', /^POST \/_reindex/],
    ['between copy and delete (H81)', /src\}\/_bulk/],
  ])('is in exactly one place in its newest version: %s', async (_, shape) => {
    const policy = await open();
    await policy.make('src', OLD);
    const newer = [
      { id: 'leap-day', source: { date: '2016-02-29', n: 100 } },
      { id: 'month-end', source: { date: new Date().toISOString(), n: 200 } },
    ];
    const around = before(shape, () => writeDocuments(bed.es, `${policy.prefix}src`, newer));
    expect(await policy.run({ around })).toMatchObject({ lastRun: { archived: 5 }, consecutiveFailures: 0 });
    expect(await policy.places()).toMatchObject({ 'leap-day': 'archive-2016', 'month-end': 'src' });
    const found = await documentsOf(bed.es, policy.prefix);
    expect(newer.map(({ id }) => found.get(id)?.[0]?.source)).toEqual(newer.map(({ source }) => source));
  });

  it('stays deleted when its owner has deleted it, and everybody sees that, before the copy', async () => {
    const policy = await open();
    await policy.make('src', OLD);
    const path = `/${policy.prefix}src/_doc/leap-day`;
    const around = before(/^POST \/_reindex/, () =>
      bed.es.request({ method: 'DELETE', path, query: { refresh: true } }),
    );
    await policy.run({ around });
    expect((await policy.places())['leap-day']).toBeUndefined();
  });

  it('is moved to its end when the policy is deleted meanwhile', async () => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 2));
    await runNow(bed, policy.name);
    const process = startMaintenance(bed);
    while ((await readPolicy(bed, policy.name))?.status?.archive?.batch === undefined)
      await process.pass(policy.name);
    const found = await readPolicy(bed, policy.name);
    await bed.api.remove(policyRef(bed, policy.name), { uid: found?.metadata.uid ?? '' });
    await process.settle(policy.name);
    await process.close();
    expect(await readPolicy(bed, policy.name)).toBeUndefined();
    expect(await policy.places()).toEqual(inIndex('archive-2016', OLD.slice(0, 2)));
  });
});

describe('an archive that holds a document of that id already', () => {
  const withOld = async (source: Readonly<Record<string, unknown>>) => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 2));
    const _meta = { 'es-steward': { archive: 'by-hand' } };
    await policy.make('archive-2016', [{ id: 'leap-day', source }], { mappings: { _meta, ...DATED } });
    return { policy, status: await policy.run() };
  };

  it('never writes over it: both stay, and the index is named', async () => {
    const { policy, status } = await withOld({ date: '2016-02-29', n: -1 });
    expect(status).toMatchObject({ lastRun: { archived: 1, notArchived: 1 }, consecutiveFailures: 1 });
    expect(heldOf(status)).toEqual(['IdTaken']);
    expect(await policy.places()).toEqual({ 'leap-day': 'archive-2016, src', 'month-end': 'archive-2016' });
    const [archived, own] = (await documentsOf(bed.es, policy.prefix)).get('leap-day') ?? [];
    expect([archived?.source, own?.source]).toMatchObject([{ n: -1 }, { n: 1 }]);
  });

  it('takes it for the same when it says the same, as after a lost status', async () => {
    const { policy, status } = await withOld(OLD[0]?.source ?? {});
    expect(status).toMatchObject({ lastRun: { archived: 2 }, consecutiveFailures: 0 });
    expect(await policy.places()).toEqual(inIndex('archive-2016', OLD.slice(0, 2)));
  });
});

describe('an archive', () => {
  it('is made like its first source, without what would change or delete what it is to keep', async () => {
    const policy = await open();
    await put(`/_ingest/pipeline/${policy.name}`, {
      processors: [{ set: { field: 'spoilt', value: true } }],
    });
    await policy.make('src', OLD.slice(0, 1), {
      mappings: DATED,
      settings: { number_of_shards: 2, refresh_interval: '7s', final_pipeline: undefined },
    });
    await put(`/${policy.prefix}src/_settings`, { 'index.final_pipeline': policy.name });
    expect(await policy.run()).toMatchObject({ lastRun: { archived: 1 } });
    const path = `/${policy.prefix}archive-2016`;
    const answer = (await bed.es.request({ method: 'GET', path })) as Record<string, object>;
    expect(Object.values(answer)[0]).toMatchObject({
      mappings: { ...DATED, _meta: { 'es-steward': { archive: `${bed.namespace}/${policy.name}` } } },
      settings: { index: { number_of_shards: '2', refresh_interval: '7s', final_pipeline: '_none' } },
    });
    expect((await documentsOf(bed.es, policy.prefix)).get('leap-day')?.[0]?.source).toEqual(OLD[0]?.source);
    await put(`/${policy.prefix}src/_settings`, { 'index.final_pipeline': null });
    await bed.es.request({ method: 'DELETE', path: `/_ingest/pipeline/${policy.name}` });
  });

  it.each<[string, string, (name: string, prefix: string) => Promise<unknown>]>([
    ['an index of somebody else', 'ForeignArchive', (name) => makeIndices(bed.es, [name])],
    [
      'an alias',
      'ForeignArchive',
      (name, prefix) => makeIndices(bed.es, [`${prefix}other`], { aliases: { [name]: {} } }),
    ],
    [
      'an archive with a pipeline',
      'ArchiveUnsuitable',
      async (name) => {
        await put(`/_ingest/pipeline/${bed.namespace}`, { processors: [] });
        await makeIndices(bed.es, [name], {
          settings: { final_pipeline: bed.namespace },
          mappings: { _meta: { 'es-steward': { archive: 'by-hand' } } },
        });
      },
    ],
  ])('is not %s: nothing moves', async (_, reason, make) => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 1));
    await make(`${policy.prefix}archive-2016`, policy.prefix);
    const status = await policy.run();
    expect(heldOf(status)).toEqual([reason]);
    expect(status).toMatchObject({ lastRun: { notArchived: 1 }, plan: { archive: { documents: 1 } } });
    expect(await policy.places()).toEqual(inIndex('src', OLD.slice(0, 1)));
    await put(`/${policy.prefix}archive-2016/_settings`, { 'index.final_pipeline': null });
  });

  it('that takes nothing does not keep the documents of other years, and all of its own are counted', async () => {
    const policy = await open({ archive: { batchSize: 2 } });
    await policy.make('src', OLD);
    await makeIndices(bed.es, [`${policy.prefix}archive-2016`]);
    const status = await policy.run();
    expect(status).toMatchObject({
      lastRun: { archived: 2, notArchived: 4 },
      archive: { held: [{ reason: 'ForeignArchive', documents: 4 }] },
    });
    expect(await policy.places()).toEqual({
      ...inIndex('src', OLD.slice(0, 4)),
      ...inIndex('archive-2017', OLD.slice(4)),
    });
  });

  it('that refuses some documents takes the others, and the next index', async () => {
    const policy = await open();
    await policy.make('src-1', [{ id: 'number', source: { date: '2016-01-01', n: 1 } }]);
    const text = { properties: { date: { type: 'date' }, n: { type: 'keyword' } } };
    const mixed = [
      { id: 'text', source: { date: '2016-01-02', n: 'no number' } },
      { id: 'digits', source: { date: '2016-01-03', n: '3' } },
    ];
    await policy.make('src-2', mixed, { mappings: text });
    await policy.make('src-3', [{ id: 'last', source: { date: '2016-01-04', n: 4 } }]);
    const status = await policy.run();
    expect(status).toMatchObject({ lastRun: { archived: 3, notArchived: 1 } });
    expect(heldOf(status)).toEqual(['DocumentsRefused']);
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('ActionFailed');
    expect(await policy.places()).toEqual({
      text: 'src-2',
      ...inIndex('archive-2016', [
        { id: 'number', source: {} },
        { id: 'digits', source: {} },
        { id: 'last', source: {} },
      ]),
    });
  });
});

describe('documents that cannot be moved', () => {
  const of = (name: string, count: number, n: string): readonly TestDocument[] =>
    Array.from({ length: count }, (_, at) => ({ id: `${name}-${at}`, source: { date: '2016-01-02', n } }));

  it.each([
    [1, { type: 'date' }],
    [3, { type: 'date_nanos' }],
    [2, { type: 'date', format: 'yyyy-MM-dd' }],
  ])('are passed over, however many come first, with %i shards and %j', async (number_of_shards, date) => {
    const policy = await open({ archive: { batchSize: 2 } });
    await policy.make('src-1', [{ id: 'number', source: { date: '2016-01-01', n: 1 } }]);
    const [bad, good] = [of('bad', 7, 'no number'), of('good', 5, '3')];
    const mappings = { properties: { date, n: { type: 'keyword' } } };
    const body = { mappings, settings: { number_of_shards } };
    await policy.make('src-2', [...bad.slice(0, 5), ...good, ...bad.slice(5)], body);
    const status = await policy.run();
    expect(status).toMatchObject({ lastRun: { archived: 6, notArchived: 7 }, consecutiveFailures: 1 });
    expect(status.archive?.held).toEqual([
      { index: `${policy.prefix}src-2`, reason: 'DocumentsRefused', documents: 7, changed: 0 },
    ]);
    expect(await policy.places()).toEqual({
      number: 'archive-2016',
      ...inIndex('archive-2016', good),
      ...inIndex('src-2', bad),
    });
  });

  it('as they change all the while, do not keep the others', async () => {
    const policy = await open({ archive: { batchSize: 2 } });
    const [busy, calm] = [OLD.slice(0, 2), OLD.slice(2, 4)];
    await policy.make('src', [...busy, ...calm]);
    let writes = 0;
    const around: Around = async (call, send) => {
      writes += 1;
      const rewritten = busy.map(({ id, source }) => ({ id, source: { ...source, writes } }));
      if (call.shape === 'POST /_reindex') await writeDocuments(bed.es, `${policy.prefix}src`, rewritten);
      return send();
    };
    expect(await policy.run({ around })).toMatchObject({
      lastRun: { archived: 2, notArchived: 2 },
      consecutiveFailures: 1,
      archive: { held: [{ reason: 'DocumentsChanged', documents: 2 }] },
      plan: { archive: { documents: 2 }, held: [{ reason: 'DocumentsChanged' }] },
    });
    expect(await policy.places()).toEqual({ ...inIndex('src', busy), ...inIndex('archive-2016', calm) });
    expect(await policy.run()).toMatchObject({ lastRun: { archived: 2 }, plan: { held: [] } });
  });
});

describe('a batch that something comes in between of', () => {
  it('waits aside while the other documents go, and ends once that is over (H79)', async () => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 2));
    await policy.make('src-2', OLD.slice(4, 6));
    await policy.make('src-3', [{ id: 'third', source: { date: '2016-01-01' } }]);
    const block = (write: true | null) =>
      put(`/${policy.prefix}src/_settings`, { 'index.blocks.write': write });
    const status = await policy.run({ around: before(/src\}\/_bulk/, () => block(true)) });
    expect(status).toMatchObject({
      lastRun: { archived: 2, notArchived: 3 },
      archive: {
        hindered: [{ index: `${policy.prefix}src`, reason: 'WriteBlocked' }],
        // A copy in that archive may have to be taken back.
        held: [
          { index: `${policy.prefix}src-3`, reason: 'ArchivalHindered' },
          { index: `${policy.prefix}src`, reason: 'WriteBlocked', documents: 2 },
        ],
      },
    });
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('ArchivalHindered');
    const places = await policy.places();
    expect(places).toMatchObject({ 'leap-day': 'archive-2016, src', march: 'archive-2017', third: 'src-3' });
    await block(null);
    const after = await policy.settle({ later: 61_000 });
    expect([after.archive?.hindered, after.archive?.documents]).toEqual([undefined, 4]);
    // The third waits for the next run.
    expect(after.lastRun).toMatchObject({ archived: 4, notArchived: 1 });
    expect(after.conditions?.find(({ type }) => type === 'Ready')?.reason).not.toBe('ArchivalHindered');
    expect(await policy.places()).toMatchObject({ 'leap-day': 'archive-2016', 'month-end': 'archive-2016' });
  });

  it('keeps the policy from being deleted before its documents are in one place', async () => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 2));
    const block = (write: true | null) =>
      put(`/${policy.prefix}src/_settings`, { 'index.blocks.write': write });
    await policy.run({ around: before(/src\}\/_bulk/, () => block(true)) });
    const found = await readPolicy(bed, policy.name);
    await bed.api.remove(policyRef(bed, policy.name), { uid: found?.metadata.uid ?? '' });
    await policy.settle();
    expect((await readPolicy(bed, policy.name))?.metadata.finalizers).toHaveLength(1);
    await block(null);
    await policy.settle();
    expect(await readPolicy(bed, policy.name)).toBeUndefined();
    expect(await policy.places()).toEqual(inIndex('archive-2016', OLD.slice(0, 2)));
  });
});

describe('an index that does not answer', () => {
  it('keeps no other one waiting, be it a source or an archive', async () => {
    const policy = await open({ spec: { deletion: { minHealth: 'red' } } });
    const lost = ['src-1', 'archive-2016'].map((index) => policy.prefix + index);
    const settings = { number_of_replicas: 0, 'index.routing.allocation.require._name': 'nobody' };
    const mappings = { _meta: { 'es-steward': { archive: 'by-hand' } }, ...DATED };
    for (const index of lost)
      await bed.es.request({
        method: 'PUT',
        path: `/${index}`,
        query: { wait_for_active_shards: 0 },
        body: { settings, mappings },
      });
    await policy.make('src-2', OLD.slice(0, 1));
    await policy.make('src-3', OLD.slice(4, 6));
    const status = await policy.run();
    await bed.es.request({ method: 'DELETE', path: `/${lost.join()}` });
    expect(status).toMatchObject({ lastRun: { archived: 2, notArchived: 1 } });
    expect(status.plan?.held).toEqual([
      { index: lost[0], reason: 'IndexUnhealthy' },
      { index: `${policy.prefix}src-2`, reason: 'IndexUnhealthy' },
    ]);
    expect(await policy.places()).toEqual({
      ...inIndex('src-2', OLD.slice(0, 1)),
      ...inIndex('archive-2017', OLD.slice(4, 6)),
    });
  });
});

describe('documents', () => {
  it('keep routing, nested objects, relations, and numbers that no double can hold', async () => {
    const policy = await open();
    const mappings = {
      properties: {
        ...DATED.properties,
        kin: { type: 'join', relations: { parent: 'child' } },
        parts: { type: 'nested' },
      },
    };
    const parts = [{ a: 1 }, { a: 2 }];
    await policy.make(
      'src',
      [
        { id: 'parent', routing: 'r', source: { date: '2016-01-01', kin: 'parent', parts } },
        {
          id: 'child',
          routing: 'r',
          source: { date: '2016-01-01', kin: { name: 'child', parent: 'parent' } },
        },
      ],
      { mappings, settings: { number_of_shards: 3 } },
    );
    const huge = `{"index":{"_id":"huge"}}\n{"date":"2016-01-01","n":9007199254740993}\n`;
    await bed.es.request({ method: 'POST', path: `/${policy.prefix}src/_bulk`, body: huge });
    expect(await policy.run()).toMatchObject({ lastRun: { archived: 3 }, consecutiveFailures: 0 });
    const found = await documentsOf(bed.es, policy.prefix);
    expect(found.get('child')).toMatchObject([{ index: 'archive-2016', routing: 'r' }]);
    expect(found.get('parent')).toMatchObject([{ index: 'archive-2016', routing: 'r', source: { parts } }]);
    const path = `/${policy.prefix}archive-2016/_count`;
    const count = async (query: string) =>
      (await bed.es.request({ method: 'POST', path, body: `{"query":${query}}` })) as { count: number };
    expect(await count('{"term":{"n":9007199254740993}}')).toMatchObject({ count: 1 });
    expect(await count('{"has_parent":{"parent_type":"parent","query":{"match_all":{}}}}')).toMatchObject({
      count: 1,
    });
  });
});

describe('what stands in the way of archival', () => {
  it('keeps documents where they are, and their index too, whatever retention says', async () => {
    const policy = await open({ target: { retention: { maxAge: '1s' } }, archive: { olderThan: '3650d' } });
    const [first] = [OLD.slice(0, 1)];
    await policy.make('src-blocked', first);
    await put(`/${policy.prefix}src-blocked/_settings`, { 'index.blocks.write': true });
    await policy.make('src-closed', first);
    await bed.es.request({ method: 'POST', path: `/${policy.prefix}src-closed/_close` });
    await policy.make('src-keyword', first, { mappings: { properties: { date: { type: 'keyword' } } } });
    await policy.make('src-undated', [{ id: 'x', source: { n: 1 } }], { mappings: {} });
    await policy.make('src-nosource', first, { mappings: { _source: { enabled: false }, ...DATED } });
    // They are to be older than a second, however quickly they were made.
    const status = await policy.run({ later: 60_000 });
    const held = status.plan?.held.map(({ index, reason }) => [index.slice(policy.prefix.length), reason]);
    expect(held).toEqual(
      expect.arrayContaining([
        ['src-blocked', 'WriteBlocked'],
        ['src-closed', 'Closed'],
        ['src-keyword', 'FieldNotDate'],
        ['src-undated', 'FieldMissing'],
        ['src-nosource', 'SourceIncomplete'],
        ['src-keyword', 'NotArchived'],
        ['src-closed', 'NotArchived'],
      ]),
    );
    expect(status).toMatchObject({ lastRun: { deleted: 0 } });
    expect(await namesOf(bed.es, policy.prefix)).toHaveLength(5);
    await put(`/${policy.prefix}src-blocked/_settings`, { 'index.blocks.write': null });
  });

  it('is that their vectors are hidden, until they are kept with the rest: a new vector is never lost', async () => {
    const policy = await open();
    const mappings = { properties: { ...DATED.properties, v: { type: 'dense_vector', dims: 2 } } };
    const of = (id: string, v: readonly number[]) => ({ id, source: { date: '2016-01-01', v } });
    await policy.make('src-hidden', [of('hidden', [1, 2])], { mappings });
    const settings = { 'index.mapping.exclude_source_vectors': false };
    await policy.make('src-whole', [of('whole', [1, 2]), of('calm', [1, 2])], { mappings, settings });
    const write = (index: string, id: string) =>
      writeDocuments(bed.es, policy.prefix + index, [of(id, [3, 4])]);
    // Between the first copy and its comparison, where only the vector tells the two apart.
    let copied = false;
    const around: Around = async (call, send) => {
      const answer = await send();
      if (copied || call.shape !== 'POST /_reindex') return answer;
      copied = true;
      await write('src-hidden', 'hidden');
      await write('src-whole', 'whole');
      return answer;
    };
    const status = await policy.run({ around });
    expect(status.archive?.held).toMatchObject([
      { index: `${policy.prefix}src-hidden`, reason: 'SourceIncomplete' },
    ]);
    expect(await policy.places()).toEqual({
      hidden: 'src-hidden',
      whole: 'archive-2016',
      calm: 'archive-2016',
    });
    const found = await documentsOf(bed.es, policy.prefix);
    expect(found.get('whole')?.[0]?.source).toEqual({ date: '2016-01-01', v: [3, 4] });
  });

  it('is not that nobody has refreshed them: they move, and their index stays until they have', async () => {
    const policy = await open({ target: { retention: { maxAge: '1s' } } });
    const lazy = { settings: { refresh_interval: '-1' }, mappings: DATED };
    await makeIndices(bed.es, [`${policy.prefix}src`], lazy);
    const [{ id, source }] = OLD as [TestDocument];
    await put(`/${policy.prefix}src/_doc/${id}`, source);
    const status = await policy.run({ later: 60_000 });
    expect(status).toMatchObject({ lastRun: { dropped: 1, archived: 1, deleted: 0 } });
    expect(await policy.places()).toEqual(inIndex('archive-2016', OLD.slice(0, 1)));
  });

  it('is not that one of them is from before the year 0: it stays, and the others move', async () => {
    const policy = await open();
    const ancient = [-1, 0].map((year) => ({ id: `y${year}`, source: { date: -62_200_000_000_000 - year } }));
    await policy.make('src', [...ancient, ...OLD.slice(0, 1)]);
    const status = await policy.run();
    expect(status).toMatchObject({
      lastRun: { archived: 1, notArchived: 2 },
      archive: { held: [{ reason: 'DateOutOfRange', documents: 2 }] },
    });
    expect(Object.values(await policy.places()).sort()).toEqual(['archive-2016', 'src', 'src']);
  });

  it('ends with it: what is archived goes with the next run, and its archive stays', async () => {
    const day = daysAgo(2_000);
    const policy = await open({
      target: { pattern: undefined, series: '~src-{date:yyyyMMdd}', retention: { maxAge: '1d' } },
      archive: { destination: '~src-{date:yyyy}' },
    });
    await policy.make(`src-${day}`, OLD.slice(0, 1));
    expect(await policy.run()).toMatchObject({ lastRun: { archived: 1, deleted: 0 } });
    expect(await policy.run()).toMatchObject({ lastRun: { deleted: 1 } });
    expect(await policy.places()).toEqual(inIndex('src-2016', OLD.slice(0, 1)));
  });
});

describe('a run', () => {
  it('tells in DryRun how many documents would move, and moves none', async () => {
    const policy = await open({ spec: { mode: 'DryRun' } });
    await policy.make('src', [...OLD, ...STAYING]);
    const seen: string[] = [];
    const status = await policy.run({
      around: (call, send) => {
        if (call.server === 'elasticsearch' && call.mutates) seen.push(call.shape);
        return send();
      },
    });
    expect([status.plan?.archive, seen]).toEqual([{ documents: 6, kept: [] }, []]);
    expect(await policy.places()).toEqual(inIndex('src', [...OLD, ...STAYING]));
  });

  it('moves no more than maxDocumentsPerRun, and only what the query says', async () => {
    const query = { range: { n: { gte: 2 } } };
    const policy = await open({ archive: { maxDocumentsPerRun: 3, batchSize: 2, query } });
    await policy.make('src', OLD);
    expect(await policy.run()).toMatchObject({
      lastRun: { archived: 3 },
      plan: { archive: { documents: 2 } },
    });
    expect(await policy.run()).toMatchObject({ lastRun: { archived: 2 }, archive: { documents: 5 } });
    expect(await policy.places()).toEqual({
      'leap-day': 'src',
      ...inIndex('archive-2016', OLD.slice(1, 4)),
      ...inIndex('archive-2017', OLD.slice(4)),
    });
  });

  it('stops before the next batch when it is suspended, and goes on afterwards', async () => {
    const policy = await open({ archive: { batchSize: 1 } });
    await policy.make('src', OLD.slice(0, 3));
    const around = before(/src\}\/_bulk/, () => editPolicy(bed, policy.name, { spec: { suspend: true } }));
    await policy.run({ around });
    expect(Object.values(await policy.places()).sort()).toEqual(['archive-2016', 'src', 'src']);
    await editPolicy(bed, policy.name, { spec: { suspend: false } });
    expect(await policy.settle()).toMatchObject({ archive: { documents: 3 } });
  });

  it('waits for its turn while others use all places of the connection', async () => {
    const policy = await open();
    await policy.make('src', OLD.slice(0, 1));
    const working = (name: string) =>
      ({
        metadata: { namespace: bed.namespace, name, uid: name },
        spec: { connectionRef: { name: 'main' }, mode: 'Enforce', targets: [] },
        status: { archive: { batch: { time: '2026-01-01T00:00:00Z' } } },
      }) as unknown as IndexMaintenancePolicy; // what is read of others
    const others = Array.from({ length: 10 }, (_, at) => working(`other-${at}`));
    const status = await policy.run({ policies: () => others });
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('WaitingForTurn');
    expect(await policy.places()).toEqual(inIndex('src', OLD.slice(0, 1)));
    expect(await policy.settle({ policies: () => others.slice(1) })).toMatchObject({
      lastRun: { archived: 1 },
    });
  });
});
