import { describe, expect, it } from 'vitest';
import {
  archiveBatch,
  calm,
  indexOf,
  policyOf,
  seenOf,
  type SpecPart,
} from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { type ArchiveSpec, archiveQuery, stepSize } from './archival.ts';
import { archiveBody, archiveFault, sourceFault } from './archive-index.ts';
import { afterArchive } from './archive-places.ts';
import { holding, passing, passingArchive, withNewArchiveRun, withoutPlace } from './archive-steps.ts';
import { conflictOf } from './conflicts.ts';
import { decide } from './decide.ts';
import { dueOf } from './due.ts';
import { documentFingerprint } from './fingerprints.ts';
import type { ListedIndex, Status, Surroundings } from './observed.ts';
import { specHashOf } from './plan.ts';
import { compileTargets } from './targets.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const target = { name: 'a', pattern: 'docs-*', archive };
const INDICES = ['docs-1', 'docs-2', 'archive-2016'].map((name, at) => indexOf(name, { created: at }));

const facts = (
  documents: Readonly<Record<string, number>>,
  types: Readonly<Record<string, string>> = {},
  red: readonly string[] = [],
) =>
  new Map([
    [
      'a',
      {
        documents: new Map(Object.entries(documents).map(([name, count]) => [`uuid-of-${name}`, count])),
        types: new Map(INDICES.map(({ name }) => [name, types[name] ?? 'date'])),
        unread: new Map(red.map((name) => [name, 'IndexUnhealthy' as const])),
      },
    ],
  ]);

const seen = (
  documents: Readonly<Record<string, number>>,
  changes: {
    readonly around?: Partial<Surroundings>;
    readonly indices?: readonly ListedIndex[];
    readonly red?: readonly string[];
  } = {},
) =>
  seenOf(changes.indices ?? INDICES, {
    archive: facts(documents, {}, changes.red),
    around: { ...calm, ...changes.around },
  });

/** In a run that began a moment ago, with its plan made. */
function running(
  status: SpecPart = {},
  targets: readonly SpecPart[] = [target],
  more: SpecPart = {},
): IndexMaintenancePolicy {
  const policy = policyOf(targets, more);
  const { plan: planned } = decide(policy, seen({}), NOW).status;
  const run = {
    time: '2026-03-01T00:20:00Z',
    deleted: 0,
    failed: 0,
    dropped: 0,
    aliasesAdded: 0,
    aliasesRemoved: 0,
  };
  const lastSlotTime = '2026-03-01T00:10:00Z';
  return policyOf(targets, more, {
    status: { plan: planned, run, lastSlotTime, ...status },
  });
}

const actionsOf = (policy: IndexMaintenancePolicy, ...given: Parameters<typeof seen>) =>
  decide(policy, seen(...given), NOW).actions;

const batch = archiveBatch;

describe('what moves next', () => {
  it('is of the oldest index that has something, as old as it was when the run began', () => {
    expect(actionsOf(running(), { 'docs-1': 0, 'docs-2': 5 })).toEqual([
      {
        type: 'ChooseDocuments',
        target: 'a',
        index: 'docs-2',
        uuid: 'uuid-of-docs-2',
        cutoff: Date.parse('2026-03-01T00:20:00Z') - 1825 * 86_400_000,
        size: 1_000,
        documents: 5,
        after: undefined,
      },
    ]);
  });

  it('is nothing of its own archive, though the pattern matches it', () => {
    const all = { name: 'a', pattern: '*', archive };
    const policy = running({}, [all]);
    expect(actionsOf(policy, { 'archive-2016': 5 })).toBeUndefined();
  });

  it.each<[string, Partial<ListedIndex>, Partial<Surroundings>]>([
    ['protected', {}, { protects: (name) => name === 'docs-1' }],
    ['of a data stream', { dataStream: 'x' }, {}],
    ['closed', { closed: true }, {}],
    ['hidden', { hidden: true }, {}],
    ['being reindexed', {}, { reindexedByOthers: new Set(['docs-1']) }],
    ['of a series that is copied', {}, { isOfSeries: (name: string) => name === 'docs-1' }],
    ['of an unhealthy cluster', {}, { health: 'red' }],
  ])('is nothing of what is %s', (_, index, around) => {
    const indices = [indexOf('docs-1', index)];
    expect(actionsOf(running(), { 'docs-1': 5 }, { indices, around })).toBeUndefined();
  });

  it('is not of an index that does not answer, but of the next one, and the first is not deleted meanwhile', () => {
    const around = { health: 'red' as const };
    const old = [{ ...target, retention: { maxAge: '1s' } }];
    const policy = running({}, old, { deletion: { minHealth: 'red' } });
    const step = decide(policy, seen({ 'docs-2': 5 }, { around, red: ['docs-1'] }), NOW);
    expect(step.actions).toMatchObject([{ type: 'ChooseDocuments', index: 'docs-2' }]);
    expect(step.status.plan).toMatchObject({
      deletes: { count: 0 },
      held: [
        { reason: 'NotArchived' },
        { reason: 'NotArchived' },
        { index: 'docs-1', reason: 'IndexUnhealthy' },
      ],
    });
  });

  it('is not of an index that the login may not read, which is not deleted as if it were empty', () => {
    const old = [{ ...target, retention: { maxAge: '1s' } }];
    const policy = running({}, old);
    const unread = new Map([['docs-1', 'ArchivalRefused' as const]]);
    const given = seen({});
    const [[name, read] = []] = [...given.archive];
    if (name === undefined || read === undefined) throw new Error('one target archives');
    const step = decide(policy, { ...given, archive: new Map([[name, { ...read, unread }]]) }, NOW);
    expect(step.status.plan?.deletes.names).toEqual(['docs-2']);
    expect(step.status.plan?.held).toContainEqual({ index: 'docs-1', reason: 'NotArchived' });
  });

  it('may be of what is written to, snapshotted or led to by an alias', () => {
    const indices = [indexOf('docs-1', { aliases: { docs: { is_write_index: true } } })];
    const around = { snapshotted: new Set(['docs-1']), written: new Set(['uuid-of-docs-1']) };
    expect(actionsOf(running(), { 'docs-1': 5 }, { indices, around })).toHaveLength(1);
  });

  it('is not of an index that this run has given up, and nothing once the target has moved enough', () => {
    const held = [{ index: 'docs-1', reason: 'IdTaken' }];
    const given = running({ archive: { documents: 0, held } });
    expect(actionsOf(given, { 'docs-1': 5, 'docs-2': 1 })).toMatchObject([{ index: 'docs-2' }]);
    const capped = [{ ...target, archive: { ...archive, maxDocumentsPerRun: 10 } }];
    const moved = (documents: number) =>
      running({ archive: { documents, held: [], moved: [{ target: 'a', documents }] } }, capped);
    expect(actionsOf(moved(7), { 'docs-1': 5 })).toMatchObject([{ size: 3 }]);
    expect(actionsOf(moved(10), { 'docs-1': 5 })).toBeUndefined();
  });

  it('is of what comes after documents that stay, until nothing does, and begins anew with the next run', () => {
    const last = { date: 5, seqNo: 7, documents: 'abcdefgh' };
    const placed = { ...batch, after: undefined, last };
    const told = { reason: 'DocumentsRefused', failed: 2, left: 3 };
    const passed = passing(running().status ?? {}, placed, told);
    expect(passed).toMatchObject({
      archive: { held: [{ index: 'docs-1', reason: 'DocumentsRefused', documents: 2, after: last }] },
      run: { notArchived: 2 },
    });
    expect(actionsOf(running(passed), { 'docs-1': 5 })).toMatchObject([{ index: 'docs-1', after: last }]);
    const done = withoutPlace(passed, 'docs-1', 2);
    expect(done.run?.notArchived).toBe(2);
    expect(actionsOf(running(done), { 'docs-1': 5, 'docs-2': 1 })).toMatchObject([{ index: 'docs-2' }]);
    expect(withNewArchiveRun(passed).archive?.held).toEqual([]);
  });

  it('is told by the condition where documents stay: how many, of which index, and why', () => {
    const passed = withoutPlace(
      passing(running().status ?? {}, batch, { reason: 'IdTaken', failed: 2, left: 2 }),
      'docs-1',
      2,
    );
    const { ready } = decide(running(passed), seen({ 'docs-1': 2 }), NOW);
    expect(ready.reason).toBe('ActionFailed');
    expect(ready.message).toContain('could not archive 2 documents, such as those of docs-1 (IdTaken)');
  });

  it('is of the next archive where one takes nothing, and in the end all that is left is counted', () => {
    const [compiled] = compileTargets(policyOf([target]).spec);
    const after = compiled && afterArchive(compiled, 'archive-2016');
    expect(after).toEqual({
      date: Date.parse('2016-12-31T23:59:59.999Z'),
      seqNo: Number.MAX_SAFE_INTEGER,
      documents: '',
    });
    if (after === undefined) throw new Error('the archive has a year');
    const told = { reason: 'ArchiveUnsuitable', seen: 3, after };
    const passed = passingArchive(running().status ?? {}, 'docs-1', told);
    expect(actionsOf(running(passed), { 'docs-1': 9 })).toMatchObject([{ index: 'docs-1', after }]);
    const refused = passing(passed, batch, { reason: 'DocumentsRefused', failed: 1, left: 1 });
    expect(withoutPlace(refused, 'docs-1', 9)).toMatchObject({
      archive: { held: [{ index: 'docs-1', reason: 'ArchiveUnsuitable', documents: 9 }] },
      run: { notArchived: 9 },
    });
    const undated = compileTargets(
      policyOf([{ ...target, archive: { ...archive, destination: 'old' } }]).spec,
    );
    expect(undated.map((each) => afterArchive(each, 'old'))).toEqual([undefined]);
  });

  it('does not run after documents that change all the while', () => {
    const last = { date: 5, seqNo: 7, documents: 'abcdefgh' };
    const told = { reason: 'DocumentsChanged', failed: 0, left: 1 };
    const pass = (status: Status) => passing(status, { ...batch, last }, told);
    const twice = pass(pass(running().status ?? {}));
    expect(actionsOf(running(twice), { 'docs-1': 1 })).toHaveLength(1);
    expect(actionsOf(running(pass(twice)), { 'docs-1': 1 })).toBeUndefined();
  });

  it('counts what has changed all the while once its index is given up, and what of it is old in the end', () => {
    const last = { date: 5, seqNo: 7, documents: 'abcdefgh' };
    const pass = (status: Status) =>
      passing(status, { ...batch, last }, { reason: 'DocumentsChanged', failed: 0, left: 2 });
    const twice = pass(pass(running().status ?? {}));
    expect(twice.run?.notArchived).toBe(0);
    expect(pass(twice)).toMatchObject({ archive: { held: [{ documents: 2 }] }, run: { notArchived: 2 } });
    expect(withoutPlace(twice, 'docs-1', 3)).toMatchObject({
      archive: { held: [{ documents: 3 }] },
      run: { notArchived: 3 },
    });
    const { status, ready } = decide(running(withoutPlace(twice, 'docs-1', 3)), seen({ 'docs-1': 3 }), NOW);
    expect([ready.reason, status.lastRun?.notArchived]).toEqual(['ActionFailed', 3]);
    expect(withoutPlace(twice, 'docs-1', 0).run?.notArchived).toBe(0);
    const refused = passing(twice, { ...batch, last }, { reason: 'IdTaken', failed: 1, left: 1 });
    expect([refused.run?.notArchived, withoutPlace(refused, 'docs-1', 3).run?.notArchived]).toEqual([1, 3]);
    expect(holding(twice, 'docs-1', 'WriteBlocked', 5).run?.notArchived).toBe(5);
  });

  it('counts what stays of an index once, and tells the gravest reason', () => {
    const first = passing(running().status ?? {}, batch, { reason: 'IdTaken', failed: 1, left: 1 });
    const second = passing(first, batch, { reason: 'DocumentsChanged', failed: 0, left: 4 });
    expect(second.archive?.held).toEqual([{ index: 'docs-1', reason: 'IdTaken', documents: 4, changed: 1 }]);
    const blocked = holding(second, 'docs-1', 'WriteBlocked', 7);
    expect(blocked).toMatchObject({ archive: { held: [{ documents: 7 }] }, run: { notArchived: 7 } });
    expect(withoutPlace(blocked, 'docs-2', 9)).toBe(blocked);
  });

  it('waits for the next run once that is due: aliases must move', () => {
    const step = decide(running(), seen({ 'docs-1': 5 }), Date.parse('2026-03-01T01:00:01Z'));
    expect(step.actions).toBeUndefined();
    expect(step.status).toMatchObject({ lastRun: { failed: 0 }, plan: { archive: { documents: 5 } } });
  });

  it('is only counted in DryRun', () => {
    const step = decide(policyOf([target], { mode: 'DryRun' }), seen({ 'docs-1': 5, 'docs-2': 6 }), NOW);
    expect([step.actions, step.status.plan?.archive]).toMatchObject([undefined, { documents: 11 }]);
  });
});

/** As the engine has written it after the last pass. */
function withReady(status: Status | undefined, reason: string): Status {
  const said = { status: 'False', reason, message: '', lastTransitionTime: '2026-03-01T00:00:00Z' } as const;
  return {
    ...status,
    conditions: [
      { type: 'Ready', ...said },
      ...(reason === 'Suspended' ? [{ ...said, type: 'Suspended', status: 'True' } as const] : []),
    ],
  };
}

describe('documents that status names', () => {
  const archiving = { archive: { documents: 0, held: [], batch } };
  const rivals = [
    {
      namespace: 'x',
      name: 'other',
      targets: compileTargets(policyOf([{ name: 'o', pattern: 'docs-*', archive }]).spec),
    },
  ];

  it('are moved before anything else, whatever the spec has become', () => {
    const policy = running(archiving, [target], {});
    expect(dueOf({ ...policy, spec: { ...policy.spec, targets: [] } }, NOW)).toEqual({
      type: 'ArchiveBatch',
    });
    expect(decide(policy, { type: 'archiveBatch', rivals: [] }, NOW)).toMatchObject({
      actions: [{ type: 'MoveDocuments', batch }],
      holds: true,
    });
  });

  it.each([
    [{ suspend: true }, 'Suspended'],
    [{ mode: 'DryRun' }, 'ArchivalHindered'],
  ])('wait with %j, hold the policy, and are told with %s', (more, reason) => {
    const policy = running(archiving, [target], more);
    expect(dueOf(policy, NOW).type).not.toBe('ArchiveBatch');
    for (const observed of [seen({}), { type: 'nothing' } as const]) {
      const step = decide({ ...policy, status: withReady(policy.status, reason) }, observed, NOW);
      expect(step).toMatchObject({ holds: true, ready: { reason } });
      expect(step.actions).toBeUndefined();
    }
    const { ready } = decide(policy, seen({}), NOW);
    expect([ready.type === 'ready', ready.message]).toEqual([
      false,
      expect.stringContaining('from docs-1 to archive-2016 is unfinished'),
    ]);
    const { archive: _archive, ...status } = policy.status ?? {};
    const without = decide({ ...policy, status }, seen({}), NOW);
    expect([without.holds, without.ready.message.includes('unfinished')]).toEqual([undefined, false]);
  });

  it.each([{ suspend: true }, { mode: 'DryRun' }, {}])('are moved when the policy goes, with %j', (more) => {
    const policy = running(archiving, [target], more);
    const metadata = { ...policy.metadata, deletionTimestamp: '2026-03-01T00:29:00Z' };
    const leaving = { ...policy, metadata };
    expect(dueOf(leaving, NOW).type).toBe('ArchiveBatch');
    expect(decide(leaving, { type: 'archiveBatch', rivals: [] }, NOW)).toMatchObject({
      actions: [{ type: 'MoveDocuments', batch }],
      holds: true,
    });
    const { archive: _archive, ...status } = policy.status ?? {};
    const done = { ...leaving, status };
    expect([dueOf(done, NOW).type, decide(done, { type: 'nothing' }, NOW).holds]).toEqual([
      'Nothing',
      undefined,
    ]);
  });

  it('wait while another policy claims their index, unless the policy goes (H77)', () => {
    const policy = running(archiving);
    const step = decide(policy, { type: 'archiveBatch', rivals }, NOW);
    expect([step.actions, step.ready.reason, step.holds]).toEqual([undefined, 'Conflict', true]);
    const metadata = { ...policy.metadata, deletionTimestamp: '2026-03-01T00:29:00Z' };
    expect(decide({ ...policy, metadata }, { type: 'archiveBatch', rivals }, NOW).actions).toHaveLength(1);
  });

  it('make a conflict of policies that archive the same index, or that one of them deletes (H77)', () => {
    const claims = { indices: ['docs-1'], aliases: [], archives: [] };
    expect(conflictOf(claims, rivals)).toMatchObject({ reason: 'SameIndex', rival: 'x/other' });
    const harmless = compileTargets(policyOf([{ name: 'o', pattern: 'docs-*' }]).spec);
    expect(conflictOf(claims, [{ namespace: 'x', name: 'o', targets: harmless }])).toBeUndefined();
  });

  it.each([
    ['archive-{date:yyyy}', true],
    ['archive-2016', true],
    ['archive-{date:yyyy.MM}', false],
    ['archive-of-docs-{date:yyyy}', false],
    ['archive', false],
  ])(
    'make a conflict of two policies whose documents go to archive-{date:yyyy} and %s: %s',
    (name, meets) => {
      const other = { name: 'o', pattern: 'other-*', archive: { ...archive, destination: name } };
      const rivals = [{ namespace: 'x', name: 'o', targets: compileTargets(policyOf([other]).spec) }];
      const around = { ...seen({ 'docs-1': 5 }), rivals };
      const begun = decide(running(), around, NOW);
      expect(begun.actions?.map(({ type }) => type)).toEqual(meets ? undefined : ['ChooseDocuments']);
      expect(begun.conditions?.map(({ reason }) => reason)).toEqual(meets ? ['SameArchive'] : []);
      // A batch goes to one archive only: whatever has not that very name is no obstacle any more.
      const half = decide(running(archiving), { type: 'archiveBatch', rivals }, NOW);
      expect([half.ready.reason, half.actions?.length]).toEqual(
        meets ? ['Conflict', undefined] : ['Running', 1],
      );
    },
  );

  it.each([
    ['a-2024-{date:yyyy}', 'a-{date:yyyy}-2025', true],
    ['a-{date:yyyy}-2025', 'a-2024-{date:yyyy}', true],
    ['a-{date:yyyy.MM}', 'a-2024.12', true],
    ['a-{date:yyyy}.12', 'a-{date:yyyy.MM}', true],
    ['a-{date:yyyy}.13', 'a-{date:yyyy.MM}', false],
    ['a-2024-{date:yyyy}', 'a-{date:yyyy}-b', false],
    ['a-2024-{date:yyyy}', 'a-2025-{date:yyyy}', false],
  ])('make a conflict of archives that are called %s and %s: %s', (own, name, meets) => {
    const archiving = { name: 'o', pattern: 'other-*', archive: { ...archive, destination: name } };
    const given = [{ namespace: 'x', name: 'o', targets: compileTargets(policyOf([archiving]).spec) }];
    const [compiled] = compileTargets(
      policyOf([{ ...target, archive: { ...archive, destination: own } }]).spec,
    );
    const archives = compiled?.archive === undefined ? [] : [compiled.archive];
    expect(conflictOf({ indices: [], aliases: [], archives }, given)?.reason).toBe(
      meets ? 'SameArchive' : undefined,
    );
  });

  it('are no conflict for a policy that deletes archives that are too old, or keeps aliases of them', () => {
    const others = [{ name: 'o', pattern: 'archive-*', retention: { maxAge: '1d' } }];
    const rivals = [{ namespace: 'x', name: 'o', targets: compileTargets(policyOf(others).spec) }];
    expect(decide(running(archiving), { type: 'archiveBatch', rivals }, NOW).ready.reason).toBe('Running');
  });

  it('do not make the plan another one, and a change of what is archived does', () => {
    const hashOf = (part: SpecPart) =>
      specHashOf(policyOf([{ ...target, archive: { ...archive, ...part } }]).spec);
    expect(hashOf({})).not.toBe(hashOf({ olderThan: '1d' }));
  });
});

describe('a step', () => {
  const spec = (part: SpecPart = {}) =>
    policyOf([{ ...target, archive: { ...archive, ...part } }]).spec.targets[0]?.archive as ArchiveSpec;
  const sized = (documents: number, bytes: number) =>
    indexOf('a', { figures: { documents, bytes, operations: 0, quietMs: 0 } });

  it.each([
    ['as large as is wanted', spec({ batchSize: 7 }), sized(10, 10), 0, 7],
    ['no larger than status bears', spec({ batchSize: 10_000 }), sized(10, 10), 0, 4_000],
    ['smaller where documents are large', spec(), sized(10, 10 * 1024 * 1024), 0, 8],
    ['of one document at least', spec(), sized(1, 1024 ** 3), 0, 1],
    ['no more than is left of the run', spec({ maxDocumentsPerRun: 5 }), sized(10, 10), 3, 2],
  ])('is %s', (_, archiveSpec, index, moved, expected) => {
    expect(stepSize(archiveSpec, index, moved)).toBe(expected);
  });

  it('asks for documents all of whose dates are older, and that the query wants', () => {
    const cutoff = Date.parse('2021-03-02T00:00:00Z');
    const date = { format: 'strict_date_optional_time' };
    expect(archiveQuery(spec({ query: { term: { a: 1 } } }), cutoff)).toEqual({
      bool: {
        filter: [{ range: { date: { ...date, lt: '2021-03-02T00:00:00.000Z' } } }, { term: { a: 1 } }],
        must_not: [{ range: { date: { ...date, gte: '2021-03-02T00:00:00.000Z' } } }],
      },
    });
  });

  it('knows a document by id, routing and content, in whatever order its fields are', () => {
    const document = { id: 'a', routing: undefined, source: { x: 1, y: [2] } };
    const print = documentFingerprint(document);
    expect(documentFingerprint({ ...document, source: { y: [2], x: 1 } })).toBe(print);
    const others = [{ id: 'b' }, { routing: 'r' }, { source: { x: 1, y: [3] } }];
    for (const other of others) expect(documentFingerprint({ ...document, ...other })).not.toBe(print);
  });
});

const VECTOR = { properties: { v: { type: 'dense_vector', dims: 2 } } };

describe('an index', () => {
  const mark = { _meta: { 'es-steward': { archive: 'a/b' } } };
  const named = (settings: object, mappings: object = mark, name = 'x') => ({ name, settings, mappings });

  it.each([
    ['is there not', [], undefined],
    ['was made as an archive', [named({})], undefined],
    ['is of somebody else', [named({}, {})], 'ForeignArchive'],
    [
      'is a copy of a ReindexRequest',
      [named({}, { _meta: { 'es-steward': { state: 'final' } } })],
      'ForeignArchive',
    ],
    ['is reached through an alias', [named({}, mark, 'y')], 'ForeignArchive'],
    ['is of a data stream', [{ ...named({}), dataStream: 'x' }], 'ForeignArchive'],
    ['changes documents', [named({ final_pipeline: 'p' })], 'ArchiveUnsuitable'],
    ['has its pipelines off', [named({ final_pipeline: '_none' })], undefined],
    ['may forget what it has taken', [named({ translog: { durability: 'async' } })], 'ArchiveUnsuitable'],
    ['takes no writes', [named({ blocks: { write: 'true' } })], 'ArchiveUnsuitable'],
    ['is closed', [named({ verified_before_close: 'true' })], 'ArchiveUnsuitable'],
    [
      'hides vectors',
      [named({ version: { created: '9035000' } }, { ...mark, ...VECTOR })],
      'ArchiveUnsuitable',
    ],
  ])('that %s is judged as an archive', (_, found, expected) => {
    expect(archiveFault('x', found)).toBe(expected);
  });

  it.each([
    [{}, {}, undefined],
    [{ blocks: { write: 'true' } }, {}, 'WriteBlocked'],
    [{ blocks: { read_only_allow_delete: 'true' } }, {}, 'WriteBlocked'],
    [{}, { _source: { enabled: false } }, 'SourceIncomplete'],
    [{}, { _source: { excludes: ['a'] } }, 'SourceIncomplete'],
    [{}, { _source: { mode: 'disabled' } }, 'SourceIncomplete'],
    [{}, { _source: { mode: 'synthetic' } }, undefined],
    [{ mapping: { source: { mode: 'DISABLED' } } }, {}, 'SourceIncomplete'],
    [{ mode: 'time_series' }, {}, 'SourceIncomplete'],
    [{ mode: 'logsdb' }, {}, undefined],
    [{ mode: 'logsdb', routing_path: ['host.name'] }, {}, 'SourceIncomplete'],
    [{ version: { created: '9035000' } }, VECTOR, 'SourceIncomplete'],
    [{ version: { created: '8518000' } }, VECTOR, undefined],
    [{ version: { created: '9035000' }, mapping: { exclude_source_vectors: 'false' } }, VECTOR, undefined],
  ])('with %j and %j lets documents go or not', (settings, mappings, expected) => {
    expect(sourceFault({ name: 'x', settings, mappings })).toBe(expected);
  });

  it('is made like its source, and safe', () => {
    const settings = {
      number_of_shards: '3',
      uuid: 'u',
      lifecycle: { name: 'l' },
      translog: { durability: 'async' },
    };
    const mappings = {
      properties: { a: { type: 'long' } },
      _meta: { mine: 1, 'es-steward': { state: 'final' } },
    };
    expect(archiveBody(policyOf([target]), { settings, mappings })).toEqual({
      settings: {
        'index.number_of_shards': '3',
        'index.translog.durability': 'REQUEST',
        'index.default_pipeline': '_none',
        'index.final_pipeline': '_none',
      },
      mappings: { ...mappings, _meta: { mine: 1, 'es-steward': { archive: 'search/logs' } } },
    });
  });
});

it('reads no other index, for which nobody may have a grant', () => {
  const lookup = { terms: { user: { index: 'others', id: '1', path: 'users' } } };
  const query = { bool: { filter: [lookup] } };
  const archive = { olderThan: '1d', field: 'date', destination: 'old', query };
  const { spec } = policyOf([{ name: 'a', pattern: 'logs-*', archive }]);
  expect(() => compileTargets(spec)).toThrow(/archive\.query reads another index/);
});
