import { describe, expect, it } from 'vitest';
import {
  EPOCH,
  markWith,
  observed,
  plan,
  request,
  spec,
  UID,
} from '../../../test/support/reindex-situations.ts';
import {
  reindexRequest,
  type ReindexRequest,
  type ReindexRequestStatus,
} from '../../crds/reindex-request.ts';
import { type CopyRequest, currentCopy, withNames } from './copy-request.ts';
import { decide } from './decide.ts';
import type { Observed, Peer } from './observed.ts';
import { finishedCopies, hasLostJournal, newestBegun, partitionsOf } from './series.ts';
import { specHashOf } from './situation.ts';
import { withinSeries } from './within-series.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const names = {
  source: { series: 'logs-v1-{date:yyyy.MM.dd}' },
  destination: { series: 'logs-v2-{date:yyyy.MM.dd}' },
};
const series = (status: ReindexRequestStatus = {}, over: object = {}): ReindexRequest => ({
  ...request(status),
  spec: reindexRequest.spec.parse({ connectionRef: { name: 'main' }, ...names, ...over }),
});
const partitions = [1, 2, 3].map((day) => ({
  source: `logs-v1-2026.02.0${day}`,
  destination: `logs-v2-2026.02.0${day}`,
}));
const world = observed({ partitions });
const second: ReindexRequestStatus = {
  series: { total: 3, completed: 1, current: 'logs-v1-2026.02.02', destination: 'logs-v2-2026.02.02' },
};

describe('the indexes of a series', () => {
  it('are those whose names are made by the template with a real date, oldest first', () => {
    const found = partitionsOf(series().spec, [
      'logs-v1-2026.02.03',
      'logs-v1-2026.02.30',
      'logs-v1-2026.02.01-error',
      'logs-v2-2026.02.01',
      'xlogs-v1-2026.02.01',
      'logs-v1-2026.02.01',
    ]);
    expect(found).toEqual([partitions[0], partitions[2]]);
  });

  it('are none of a request that names one index', () => {
    expect(partitionsOf(spec(), ['orders-v1'])).toEqual([]);
  });
});

describe('between two indexes', () => {
  const next = (status: ReindexRequestStatus, over: object = {}, seen = world) =>
    decide(series(status, over), seen, NOW);

  it('goes on with the one after the last that is done', () => {
    expect(next({}).status.series).toMatchObject({ current: 'logs-v1-2026.02.01', total: 3, completed: 0 });
    const later = next({ series: { total: 3, completed: 1, last: 'logs-v1-2026.02.01' } });
    expect(later.status.series).toMatchObject({
      current: 'logs-v1-2026.02.02',
      destination: 'logs-v2-2026.02.02',
      completed: 1,
    });
  });

  it('goes by the date of the last one, which may be deleted by now', () => {
    const gone = observed({ partitions: partitions.slice(2) });
    const status = { series: { total: 3, completed: 2, last: 'logs-v1-2026.02.02' } };
    expect(next(status, {}, gone).status.series).toMatchObject({ current: 'logs-v1-2026.02.03', total: 3 });
    const all = { series: { total: 3, completed: 3, last: 'logs-v1-2026.02.03' } };
    expect(next(all, {}, observed({ partitions: [] })).status.phase).toBe('Completed');
  });

  it('is complete behind the last', () => {
    const end = next({
      startTime: '2026-03-01T11:00:00Z',
      series: { total: 3, completed: 3, last: 'logs-v1-2026.02.03' },
    });
    expect(end.status).toMatchObject({ phase: 'Completed', duration: '1h', progress: { percent: 100 } });
    expect(end.ready.type).toBe('ready');
    const message = 'the indexes of logs-v1-{date:yyyy.MM.dd} are copied to logs-v2-{date:yyyy.MM.dd}';
    expect(end.conditions).toMatchObject([{ type: 'Complete', status: 'True', message }]);
  });

  it.each([{}, { ttlAfterFinished: '1h' }])('answers at its end who has asked for a rollback: %j', (over) => {
    const last = { series: { total: 3, completed: 3, last: 'logs-v1-2026.02.03' } };
    const asking = (status: ReindexRequestStatus) => {
      const resource = series(status, { sourceAfter: { rollbackWindow: '0s' }, ...over });
      const annotations = { 'es-steward.dev/rollback': 'late' };
      return { ...resource, metadata: { ...resource.metadata, annotations } };
    };
    const end = decide(asking(last), world, NOW);
    expect(end).toMatchObject({ status: { phase: 'Completed' }, next: 'now' });
    const answered = decide(asking(end.status), world, NOW);
    expect(answered.status.lastHandledRollback).toBe('late');
    expect(answered.next).not.toBe('now');
    expect(answered.events).toContainEqual(expect.objectContaining({ reason: 'RollbackRefused' }));
  });

  it('is no copy at the end of a dry run, and says what the plans say', () => {
    const planned = {
      status: { phase: 'Planned', plan: { ...plan, notes: ['n'.repeat(2_000), 'another'] } },
      ready: { type: 'ready', reason: 'Planned', message: '' },
      next: 0,
    } as const;
    const dryRun = { dryRun: true };
    const part = (last: number, status: ReindexRequestStatus['series']) => {
      const series_ = { total: 3, completed: last, current: partitions[last]?.source, ...status };
      return withinSeries(series({ series: series_ }, dryRun), planned, NOW).status.series;
    };
    const first = part(0, undefined);
    expect(first?.notes).toEqual([
      expect.stringMatching(/^logs-v1-2026.02.01: n{900,}\.\.\.$/),
      'logs-v1-2026.02.01: another',
    ]);
    const more = Array.from({ length: 9 }, (_, n) => `note ${n}`);
    const third = part(2, { total: 3, completed: 2, notes: more });
    expect(third?.notes).toHaveLength(10);
    const end = next({ series: { ...third, total: 3, completed: 3, notes: ['some note'] } }, dryRun);
    expect(end.status).toMatchObject({ phase: 'Planned', progress: { percent: 100 } });
    expect(end.status).not.toHaveProperty('completionTime');
    expect(end.ready.message).toBe(
      'each of 3 indexes was checked like a request of its own; nothing was changed. Note: some note',
    );
    expect(end.events).toMatchObject([{ reason: 'Planned' }]);
    expect(next(end.status, dryRun).ready).toEqual(end.ready);
    expect((end.conditions ?? []).map(({ type }) => type)).not.toContain('Complete');
  });

  it('counts the documents of all its copies at the end, unless it does not know those of each', () => {
    const part = (before: NonNullable<ReindexRequestStatus['series']>, completed?: number) => {
      const progress = { percent: 100, display: '100%', message: '', ...(completed ? { completed } : {}) };
      const ended = {
        status: { phase: 'Completed', progress },
        ready: { type: 'ready', reason: 'Completed', message: '' },
        next: 0,
      } as const;
      const current = partitions[before.completed]?.source;
      const after = withinSeries(series({ series: { ...before, current } }), ended, NOW).status.series;
      return after ?? before;
    };
    const none = { total: 3, completed: 0 };
    const known = part(part(part(none, 10), 20), 5);
    expect(next({ series: known }).status.progress).toMatchObject({ total: 35, completed: 35 });
    for (const [first, other] of [
      [undefined, 20],
      [10, undefined],
    ]) {
      const some = part(part(part(none, first), other), 5);
      expect(next({ series: some }).status.progress).not.toHaveProperty('completed');
    }
  });

  it('says how many documents are missing, and where each index has them', () => {
    const status = { series: { total: 3, completed: 3, last: 'logs-v1-2026.02.03', quarantined: 4 } };
    const [condition] = (next(status).conditions ?? []).filter(({ type }) => type === 'QuarantinedDocuments');
    expect(condition?.message).toBe(
      '4 documents could not be written to the indexes of logs-v2-{date:yyyy.MM.dd}; logs-v2-{date:yyyy.MM.dd}-error has them with their causes',
    );
  });

  it.each([
    ['cancelled', { cancel: true }, world, 'Cancelled', 'stalled'],
    ['suspended', { suspend: true }, world, 'Pending', 'suspended'],
    ['without an index', {}, observed({ partitions: [] }), 'Failed', 'stalled'],
  ] as const)('%s it rests', (_, over, seen, phase, readiness) => {
    const decision = next({}, over, seen);
    expect(decision.status.phase).toBe(phase);
    expect(decision.ready.type).toBe(readiness);
    expect(decision.next).toBe('changed');
    expect(decision.holds).toBe(false);
  });
});

it('tells between two indexes of a deletion as one', () => {
  const status = { series: { total: 3, completed: 1, last: 'logs-v1-2026.02.01' } };
  const resource = series(status);
  const deleted = { ...resource.metadata, deletionTimestamp: '2026-03-01T11:59:00Z' };
  const { events } = decide({ ...resource, metadata: deleted }, world, NOW);
  expect(events).toMatchObject([{ type: 'Normal', reason: 'Deleting' }]);
});

const from = { source: 'logs-v0-{date:yyyy.MM.dd}', destination: names.source.series };
const filler: Peer = {
  namespace: 'n',
  name: 'before',
  uid: 'b',
  created: '2026-03-01T11:30:00Z',
  phase: 'Pending',
  suspended: false,
  refused: false,
  waitsForName: false,
  awaitsApproval: false,
  source: '',
  destination: '',
  series: from,
};

describe('a series of a chain', () => {
  const none: ReindexRequestStatus = {};
  const someDone: ReindexRequestStatus = { series: { total: 3, completed: 3, last: 'logs-v1-2026.02.03' } };
  const judge = (status: ReindexRequestStatus, peers: readonly Peer[]) =>
    decide(series(status), observed({ partitions: status.series ? partitions : [], peers }), NOW);
  const single = { series: undefined, destination: 'logs-v1-2026.02.04' };
  const [fromOurs, toLast] = [
    { source: names.destination.series, destination: 'logs-v3-{date:yyyy.MM.dd}' },
    { source: 'logs-v3-{date:yyyy.MM.dd}', destination: names.source.series },
  ];

  it.each<[string, ReindexRequestStatus, Partial<Peer>]>([
    ['before there is an index', none, {}],
    ['before it is complete', someDone, {}],
    ['that has not begun', none, { phase: undefined }],
    ['whose first index has moved', someDone, { phase: 'CleaningUp' }],
    ['that makes one index of it', none, single],
  ])('waits for the one that is still to fill it, %s', (_, status, peer) => {
    const decision = judge(status, [{ ...filler, ...peer }]);
    expect(decision.ready).toMatchObject({ type: 'reconciling', reason: 'WaitingForTurn' });
    expect(decision.status).toMatchObject({ phase: 'Pending', turn: { holder: 'n/before' } });
    expect(decision.holds).toBe(false);
  });

  it.each<[string, Partial<Peer>]>([
    ['has ended', { phase: 'Completed' }],
    ['has no grant', { refused: true }],
    ['fills another series', { series: { ...from, destination: 'other-{date:yyyy.MM.dd}' } }],
    ['makes an index of another name', { ...single, destination: 'logs-v1-2026.02.30' }],
  ])('waits for none that %s', (_, peer) => {
    expect(judge(someDone, [{ ...filler, ...peer }]).status.phase).toBe('Completed');
  });

  it('goes on with what has come when the other one has ended', () => {
    const status = { ...someDone, series: { total: 1, completed: 1, last: 'logs-v1-2026.02.01' } };
    const waited = judge({ ...status, turn: { holder: 'n/before', place: 1 } }, [filler]);
    expect(waited.status).toMatchObject({ series: { current: 'logs-v1-2026.02.02', total: 3 } });
    expect(waited.status.turn).toBeUndefined();
  });

  it('waits in no ring of which it is the oldest', () => {
    const ring = (created: string) => [
      { ...filler, uid: 'c', created, series: fromOurs },
      { ...filler, uid: 'd', created, series: toLast },
    ];
    expect(judge(someDone, ring('2026-03-01T11:30:00Z')).status.phase).toBe('Completed');
    expect(judge(someDone, ring('2026-03-01T10:30:00Z')).status.phase).toBe('Pending');
  });
});

describe('an index of a series that is gone', () => {
  const validating: ReindexRequestStatus = { ...second, phase: 'Validating' };
  const judge = (status: ReindexRequestStatus, over: Partial<Observed> = {}, wish: object = {}) =>
    decide(series(status, wish), observed({ sources: [], ...over }), NOW);
  const events = (decision: ReturnType<typeof judge>) => (decision.events ?? []).map(({ reason }) => reason);
  const made = {
    name: 'logs-v2-2026.02.02',
    uuid: 'u',
    settings: {},
    aliases: {},
    entrances: [],
    guards: [],
    closed: false,
  };

  it('is passed over, and the next one begins', () => {
    const passed = judge(validating);
    expect(passed.status).toMatchObject({
      phase: 'Pending',
      series: { completed: 1, last: 'logs-v1-2026.02.02', notes: [expect.stringContaining('was gone')] },
    });
    expect(passed.status.series).not.toHaveProperty('current');
    expect(events(passed)).toEqual(['Pending', 'IndexGone']);
    const next = decide(series(passed.status), world, NOW).status;
    expect(next.series).toMatchObject({ current: 'logs-v1-2026.02.03', completed: 1, total: 2 });
    const all = { ...next.series, completed: 2, total: 2, last: 'logs-v1-2026.02.03', current: undefined };
    expect(decide(series({ series: all }), world, NOW).ready.message).toMatch(
      /^Reindex complete: 2 indexes .* Note: logs-v1-2026.02.02 was gone/,
    );
  });

  it('is told of as well where that was before its turn', () => {
    const before = { series: { total: 3, completed: 1, last: 'logs-v1-2026.02.01' } };
    const left = observed({ partitions: partitions.slice(0, 2) });
    const told = decide(series(before), left, NOW);
    expect(events(told)).toEqual(['Pending', 'IndexGone']);
    expect(told.status.series).toMatchObject({
      total: 2,
      notes: [expect.stringMatching(/^an index like .* was gone/)],
    });
    const next = decide(series(told.status), left, NOW);
    expect(next.status.series).toMatchObject({ current: 'logs-v1-2026.02.02', total: 2 });
    expect(events(next)).toEqual([]);
    const both = decide(series(before), observed({ partitions: partitions.slice(0, 1) }), NOW);
    expect(both.status.series?.notes).toEqual([expect.stringMatching(/^2 indexes like .* were gone/)]);
  });

  it('is passed over by a retry, also when its copy had begun', () => {
    const failed: ReindexRequestStatus = { ...second, phase: 'Failed', attempt: 1 };
    const resource = series(failed);
    const annotations = { 'es-steward.dev/retry': '1' };
    const asked = { ...resource, metadata: { ...resource.metadata, annotations } };
    const again = decide(asked, observed({ sources: [] }), NOW).status;
    expect(again).toMatchObject({ phase: 'Pending', series: { current: 'logs-v1-2026.02.02' } });
    const copy = { ...made, mappings: { _meta: { 'es-steward': markWith() } } };
    const passed = judge({ ...again, phase: 'Validating' }, { destination: copy });
    expect(passed.status.series?.notes).toEqual([expect.stringContaining('is left in logs-v2-2026.02.02')]);
  });

  it('is passed over once its locks are released', () => {
    const locks = ['logs-v1-2026.02.02'];
    const first = judge({ ...validating, locks });
    expect(first.actions).toEqual([{ type: 'ReleaseLocks', names: locks }]);
    expect(first.status).toMatchObject({ locks, series: { current: 'logs-v1-2026.02.02' } });
    expect([first.holds, events(first)]).toEqual([true, []]);
  });

  it('is waited for while somebody is still to make it', () => {
    const peers = [{ ...filler, destination: 'logs-v1-2026.02.02', series: undefined }];
    expect(judge(validating, { peers }).ready.reason).toBe('WaitingForTurn');
  });

  it('is done when an earlier request of the same spec has copied it', () => {
    const specHash = specHashOf((currentCopy(series(second)) as CopyRequest).spec);
    const mark = markWith({ uid: 'another', state: 'final', specHash });
    const copy = { ...made, mappings: { _meta: { 'es-steward': mark } } };
    expect(judge(validating, { destination: copy }).status.series).toMatchObject({ completed: 2 });
  });
});

describe('a series whose sources are gone', () => {
  const resource = series();
  const specOf = (day: string) =>
    withNames(resource, `logs-v1-2026.02.${day}`, `logs-v2-2026.02.${day}`).spec;
  const copyOf = (day: string, mark: object) => ({
    name: `logs-v2-2026.02.${day}`,
    aliases: [],
    meta: { 'es-steward': markWith({ uid: 'earlier', state: 'final', ...mark }) },
  });
  const same = { specHash: specHashOf(specOf('01')) };

  it.each([
    ['the same request', { uid: UID }, 1],
    ['an earlier one of the same spec', same, 1],
    ['another spec, or for another date', {}, 0],
    ['the same spec, and left half', { ...same, state: 'copying' }, 0],
  ])('knows the copies of %s', (_, mark, count) => {
    expect(finishedCopies(resource, [copyOf('01', mark), copyOf('30', mark)])).toBe(count);
  });

  it('is complete when its copies are whole', () => {
    const end = decide(resource, observed({ partitions: [], finishedCopies: 2 }), NOW);
    expect(end.status).toMatchObject({ phase: 'Completed', series: { total: 2, completed: 2 } });
    const waits = observed({ partitions: [], finishedCopies: 2, peers: [filler] });
    expect(decide(resource, waits, NOW).ready.reason).toBe('WaitingForTurn');
  });
});

describe('a series whose status was lost', () => {
  const [first, , third] = partitions;
  const at = (name: string, aliases: readonly string[] = [], mark: object = {}) => ({
    name,
    aliases,
    meta: { 'es-steward': mark },
  });
  const copies = [1, 2].map((day) => at(`logs-v2-2026.02.0${day}`, [], markWith({ state: 'final' })));
  const begun = (marks: Parameters<typeof newestBegun>[1]) => newestBegun(partitions, marks, UID);

  it('was where its newest marks are', () => {
    expect(begun({ sources: [], copies })).toBe('logs-v1-2026.02.02');
    expect(begun({ sources: [], copies: copies.slice(1) })).toBe('logs-v1-2026.02.02');
    const held = [at(third?.source ?? '', ['logs', EPOCH])];
    expect(begun({ sources: held, copies })).toBe('logs-v1-2026.02.03');
  });

  it('has begun with nothing that carries marks of others, or none', () => {
    const theirs = [at('logs-v2-2026.02.01', [], markWith({ uid: 'another' }))];
    const sources = [at('logs-v1-2026.02.01', ['logs', 'es-steward-12345678-1'])];
    expect(begun({ sources, copies: theirs })).toBeUndefined();
    expect(begun({ sources: [], copies: [] })).toBeUndefined();
  });

  it.each([
    ['goes on there', {}, {}],
    ['goes there also to let go of what it holds', { cancel: true }, {}],
    ['goes there also when it is deleted', {}, { deletionTimestamp: '2026-03-01T11:59:00Z' }],
  ])('%s', (_, over, metadata) => {
    const lost = series({}, over);
    const seen = observed({ partitions, newestBegun: 'logs-v1-2026.02.02' });
    const resource = { ...lost, metadata: { ...lost.metadata, ...metadata } };
    expect(hasLostJournal(resource)).toBe(true);
    const decision = decide(resource, seen, NOW);
    expect(decision.holds).toBe(true);
    expect(decision.status.series).toMatchObject({
      current: 'logs-v1-2026.02.02',
      destination: 'logs-v2-2026.02.02',
      completed: 1,
      total: 3,
    });
  });

  it('is not told from one that begins, and walks through all of them when it is tried again', () => {
    expect(decide(series(), world, NOW).status.series).toMatchObject({
      current: first?.source,
      completed: 0,
    });
    expect(hasLostJournal(series({ attempt: 2 }))).toBe(false);
  });
});

describe('one index of a series', () => {
  it('is a request of its own, without a window', () => {
    expect(currentCopy(series())).toBeUndefined();
    expect(currentCopy(series(second))?.spec).toMatchObject({
      source: { index: 'logs-v1-2026.02.02' },
      destination: { index: 'logs-v2-2026.02.02' },
      sourceAfter: { rollbackWindow: '0s' },
    });
  });

  it('means the same time by `now` as all others', () => {
    const query = { range: { at: { gte: 'now-1d' } } };
    const over = { source: { ...names.source, query } };
    const begun = decide(series({}, over), world, NOW).status;
    const later = { ...plan, createdTime: '2026-03-05T00:00:00.000Z' };
    const copy = currentCopy(series({ ...begun, plan: later }, over));
    expect(copy?.spec.source.query).toEqual({ range: { at: { gte: '2026-03-01T12:00:00.000Z||-1d' } } });
    expect(currentCopy(series(begun, over))?.spec.source.query).toEqual(query);
    const done = withinSeries(series(begun, over), part('Completed', 100), NOW).status;
    expect(decide(series(done, over), world, NOW + 60_000).status.series?.time).toBe(begun.series?.time);
  });

  const part = (phase: 'Copying' | 'Completed', percent: number) =>
    ({
      status: { phase, progress: { percent, display: '', message: 'm' }, copy: undefined },
      ready: { type: 'reconciling', reason: 'InProgress', message: 'copying' },
      conditions: [{ type: 'Complete', status: 'True', reason: 'Completed', message: '' }],
      next: 1000,
      holds: true,
    }) as const;

  it('shows the percent of all, and keeps its own', () => {
    const shown = withinSeries(series(second), part('Copying', 50), NOW);
    expect(shown.status).toMatchObject({
      series: { percent: 50 },
      progress: { percent: 50, display: '50%' },
    });
    expect(shown.ready.message).toBe('2 of 3: copying');
    expect(shown.conditions).toEqual([]);
    const copy = currentCopy(series({ ...second, ...shown.status }));
    expect(copy?.status?.progress?.percent).toBe(50);
    const first = withinSeries(series({ series: { total: 4, completed: 0 } }), part('Copying', 50), NOW);
    expect(first.status.progress?.percent).toBe(12);
  });

  it('is not ready because its present index serves', () => {
    const serving = {
      ...part('Copying', 99),
      ready: { type: 'ready', reason: 'Completed', message: 'it serves' },
    } as const;
    expect(withinSeries(series(second), serving, NOW).ready).toEqual({
      type: 'reconciling',
      reason: 'InProgress',
      message: '2 of 3: it serves',
    });
  });

  it('takes nothing back when indexes have come meanwhile', () => {
    const more = { progress: { percent: 90, display: '90%', message: 'm' } };
    const grown = { ...more, series: { ...second.series, total: 20, completed: 9 } };
    expect(withinSeries(series(grown), part('Copying', 50), NOW).status.progress).toMatchObject({
      percent: 90,
      display: '90%',
    });
    expect(withinSeries(series(grown), part('Completed', 100), NOW).status.progress?.percent).toBe(90);
  });

  it('leaves nothing of itself but that it is done', () => {
    const done = withinSeries(series(second), part('Completed', 100), NOW);
    expect(done.status).toMatchObject({
      phase: 'Pending',
      series: { total: 3, completed: 2, last: 'logs-v1-2026.02.02' },
      progress: { percent: 66 },
    });
    expect(done.status.series?.current).toBeUndefined();
    expect(done.next).toBe('now');
  });

  it('does not remove the request with its own end', () => {
    const over = { ...part('Completed', 100), remove: true };
    expect(withinSeries(series(second), over, NOW)).not.toHaveProperty('remove');
  });

  it('is not over before its locks are released', () => {
    const { status, ...rest } = part('Completed', 100);
    const actions = [{ type: 'ReleaseLocks', names: ['a'] }] as const;
    const held = withinSeries(
      series({ ...second, phase: 'CleaningUp' }),
      { ...rest, actions, status: { ...status, locks: ['a'] } },
      NOW,
    );
    expect(held).toMatchObject({ actions, next: 'now', ready: { type: 'reconciling' } });
    expect(held.status).toMatchObject({ phase: 'CleaningUp', locks: ['a'], series: { completed: 1 } });
  });

  it('forgets no answered request of a person', () => {
    const answered = { lastHandledRunNow: '1', lastHandledRetry: '2', lastHandledRollback: '3' };
    const done = withinSeries(series({ ...second, ...answered }), part('Completed', 100), NOW);
    expect(done.status).toMatchObject(answered);
  });

  it('leaves what its destination lacks', () => {
    const { status, ...rest } = part('Completed', 100);
    const lacking = { ...rest, status: { ...status, refusedSettings: ['index.lifecycle.name'] } };
    const { notes } = withinSeries(series(second), lacking, NOW).status.series ?? {};
    expect(notes).toEqual([expect.stringMatching(/^logs-v2-2026.02.02 lacks index.lifecycle.name/)]);
  });

  it('says which index has errors of an earlier attempt still, when its own turn has come', () => {
    const { status, ...rest } = part('Completed', 100);
    const noted = (name: string) => {
      const errorIndex = { name, attempt: 1 };
      const done = { ...rest, status: { ...status, errorIndex } };
      return withinSeries(series({ ...second, errorIndex }), done, NOW).status;
    };
    expect(noted('logs-v2-2026.02.02-error').series?.notes).toEqual([expect.stringContaining('attempt 1')]);
    const later = noted('logs-v2-2026.02.03-error');
    expect(later.series).not.toHaveProperty('notes');
    expect(later.errorIndex?.name).toBe('logs-v2-2026.02.03-error');
  });

  it('leaves what the end has to tell: a source that was kept, and writes that came too late', () => {
    const { status, ...rest } = part('Completed', 100);
    const lost = { ...rest, status: { ...status, sourceKept: 'a was not deleted', writesAfterFence: 2 } };
    const first = withinSeries(series(second), lost, NOW).status.series;
    expect(first).toMatchObject({ notes: ['a was not deleted'], writesAfterFence: 2 });
    const all = { ...first, completed: 2, total: 3, current: 'logs-v1-2026.02.03' };
    const both = withinSeries(series({ series: all }), lost, NOW).status.series;
    const end = decide(series({ series: both as NonNullable<typeof both> }), world, NOW);
    expect(end.ready.message).toContain('Note: a was not deleted');
    const condition = (end.conditions ?? []).find(({ type }) => type === 'WritesAfterFence');
    expect(condition?.message).toMatch(/ 4 writes .*_meta/);
  });
});
