import { describe, expect, it, vi } from 'vitest';
import { someSchedule } from '../../../test/support/snapshot-schedule.ts';
import { classifyAnswer, classifyFailure } from '../../elasticsearch/classify.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import type { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { choiceOf } from './choice.ts';
import { decide } from './decide.ts';
import { createObserve, ownerNow } from './observe.ts';
import type { Observed, Run, Schedule, Seen, Status } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');

const restoring = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  startTime: '2026-06-15T12:00:00Z',
  indices: [{ source: 'a', restored: 'a-restore-check-1' }],
};

/** Its spec cannot be acted on any more. */
const deleted = {
  metadata: { uid: 'u', name: 'nightly', namespace: 'team', deletionTimestamp: '2026-06-15T11:59:00Z' },
  spec: {
    connectionRef: { name: 'main' },
    repository: 'backups',
    schedule: 'nonsense',
    indices: ['*'],
    featureStates: [],
  },
  status: { restoring },
} as unknown as Schedule;

const observe = createObserve({
  connections: { use: () => Promise.reject(new WaitingError('ConnectionNotReady', 'away', 10_000)) },
  schedules: () => [],
} as unknown as Parameters<typeof createObserve>[0]);

const pass = { signal: new AbortController().signal, now: NOW, log: { info: () => {}, warn: () => {} } };

it('throws what stands in the way of a deletion, so that it is given up in time', async () => {
  await expect(observe(deleted, pass)).rejects.toMatchObject({ reason: 'ConnectionNotReady' });
});

it('lets go of its temporary indexes and then of itself, whatever its spec says', () => {
  const index = { name: 'a-restore-check-1', uuid: 'u1', state: 'restored' } as const;
  const seen = (restored: readonly (typeof index)[]): Observed =>
    ({ type: 'seen', restore: { candidates: [], restored, comparisons: [] } }) as unknown as Seen;
  expect(decide(deleted, seen([index]), NOW)).toMatchObject({
    actions: [{ type: 'DropRestored', indices: [index] }],
    holds: true,
  });
  const last = decide(deleted, seen([]), NOW);
  expect([last.holds, last.actions, last.status.restoring]).toEqual([false, undefined, undefined]);
});

it('adopts nothing while there may be schedules that were not seen: one of them may be the owner', () => {
  const adopting = someSchedule({
    status: {},
    metadata: { annotations: { 'es-steward.dev/adopt-uid': 'old' } },
  });
  const adopted = (isSynced: boolean) =>
    ownerNow(adopting, { schedules: () => [adopting], isSynced: () => isSynced }).adopted;
  expect([adopted(false), adopted(true)]).toEqual([undefined, 'old']);
});

/** What an answer is to a request; an error is thrown. */
type Answers = (request: ElasticsearchRequest) => unknown;

const REPOSITORIES: Readonly<Record<string, object>> = {
  '/_snapshot/backups': { backups: { type: 'fs' } },
  '/_snapshot/other': { other: { type: 'fs' } },
};
const NOTHING_IN_IT = { snapshots: [], total: 0 };

const fault = (status: number, type: string, reason = 'as the test says'): ElasticsearchError =>
  classifyAnswer(
    { method: 'GET', path: '/_snapshot' },
    { status, body: { error: { type, reason }, status } },
  );

/** A cluster with an empty repository, where nothing else is said. */
function observing(answers: Answers, use?: (wanted: Use) => void, skewSeconds?: number) {
  const es: Elasticsearch = {
    request: async (request) => {
      const answer = answers(request) ?? REPOSITORIES[request.path] ?? NOTHING_IN_IT;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const cluster = { es, maxConcurrentOperations: 2, clusterUuid: 'c' };
  const connections = {
    use: async (wanted: Use) => {
      use?.(wanted);
      return cluster;
    },
  };
  const apiServerSkewSeconds = () => skewSeconds;
  return createObserve({ connections, schedules: () => [], apiServerSkewSeconds } as unknown as Parameters<
    typeof createObserve
  >[0]);
}

const scheduleOf = (status: Status = {}, spec: object = {}): Schedule =>
  someSchedule({
    spec,
    status: { schedule: '@hourly Etc/UTC', slotsHandledUntil: '2026-06-15T12:00:00Z', ...status },
  });

const conditionOf = ({ conditions = [] }: ReturnType<typeof decide>) =>
  conditions.find(({ type }) => type === 'Healthy');

it('tells of which cluster the snapshots are looked after', async () => {
  const seen = await observing(() => undefined)(scheduleOf(), pass);
  expect(seen).toMatchObject({ owner: { uid: 'u', cluster: 'c' } });
});

it('tells by how much the clock of the API server differs, whatever else it can read', async () => {
  const faulty = observing(() => fault(503, 'master_not_discovered_exception'), undefined, 61);
  expect(await faulty(scheduleOf(), pass)).toMatchObject({ type: 'unavailable', apiServerSkewSeconds: 61 });
  const seen = await observing(() => undefined, undefined, 61)(scheduleOf(), pass);
  expect(seen).toMatchObject({ type: 'seen', apiServerSkewSeconds: 61 });
});

describe('a fault while reading', () => {
  const list = ({ path }: ElasticsearchRequest) => path.endsWith('/*');

  const asked = ({ path }: ElasticsearchRequest) => path === '/_snapshot/backups';

  it.each<[string, string, Answers]>([
    [
      'a damaged snapshot',
      'Retrying',
      (request) => (list(request) ? fault(500, 'snapshot_exception') : undefined),
    ],
    [
      'a missing file',
      'Retrying',
      (request) => (list(request) ? fault(404, 'snapshot_missing_exception') : undefined),
    ],
    [
      'no privilege',
      'MissingPrivileges',
      (request) => (asked(request) ? fault(403, 'security_exception') : undefined),
    ],
    ['a proxy', 'Retrying', (request) => (asked(request) ? fault(502, 'bad_gateway') : undefined)],
    ['an emptied answer', 'Retrying', (request) => (asked(request) ? {} : undefined)],
    [
      'an answer about another repository',
      'Retrying',
      (request) => (asked(request) ? { other: { type: 'fs' } } : undefined),
    ],
  ])('is told, and does not keep backups from growing stale: %s', async (_what, reason, answers) => {
    const last = { lastSuccessfulTime: '2026-06-14T12:00:00Z', lastSuccessfulSnapshot: 'old' };
    const schedule = scheduleOf(last);
    const decision = decide(schedule, await observing(answers)(schedule, pass), NOW);
    expect(decision.ready).toMatchObject({ type: 'reconciling', reason });
    expect(decision.ready.message).toContain('/_snapshot');
    expect(conditionOf(decision)).toMatchObject({ status: 'False', reason: 'Stale' });
    expect(decision.events).toMatchObject([{ reason: 'BackupStale' }]);
    expect(decision.next).toBe(10_000);
  });

  it('is that its repository is missing only where Elasticsearch says so', async () => {
    const observe = observing((request) =>
      asked(request) ? fault(404, 'repository_missing_exception') : undefined,
    );
    expect(await observe(scheduleOf(), pass)).toMatchObject({ reason: 'RepositoryMissing' });
  });

  it.each(['Retrying', 'MissingPrivileges'])(
    'is looked at again the more seldom the longer it lasts: %s',
    async (reason) => {
      const since = (ms: number): Status => ({
        conditions: [
          {
            type: 'Reconciling',
            status: 'True',
            reason,
            message: '',
            lastTransitionTime: new Date(NOW - ms).toISOString(),
          },
        ],
      });
      const observe = observing(() => fault(503, 'master_not_discovered_exception'));
      const after = async (ms: number) => await observe(scheduleOf(since(ms)), pass);
      expect(await after(1_000)).toMatchObject({ type: 'unavailable', afterMs: 10_000 });
      expect(await after(80_000)).toMatchObject({ afterMs: 80_000 });
      expect(await after(86_400_000)).toMatchObject({ afterMs: 300_000 });
    },
  );

  it('is told as well when reading does not come to an end, before the pass does', async () => {
    vi.useFakeTimers();
    const es: Elasticsearch = {
      request: (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const connections = { use: async () => ({ es, maxConcurrentOperations: 2 }) };
    const dependencies = { connections, schedules: () => [] };
    const observe = createObserve(dependencies as unknown as Parameters<typeof createObserve>[0]);
    const observed = observe(scheduleOf(), pass);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(await observed).toMatchObject({
      reason: 'Retrying',
      message: 'Retrying after a fault: repository backups was not read within 45 s.',
    });
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('is thrown when it is not the fault of Elasticsearch, or the pass was aborted', async () => {
    const wrong = new TypeError('a mistake of ours');
    await expect(observing(() => wrong)(scheduleOf(), pass)).rejects.toBe(wrong);
    const aborted = { ...pass, signal: AbortSignal.abort(new Error('stopped')) };
    await expect(observing(() => fault(503, 'x'))(scheduleOf(), aborted)).rejects.toMatchObject({
      status: 503,
    });
  });
});

describe('a restore check of a schedule that may not go on', () => {
  const left = { 'a-restore-check-1': { settings: { index: { uuid: 'u1' } } } };
  const state: Answers = ({ path }) =>
    path.startsWith('/_cluster/state') ? { cluster_uuid: 'c', metadata: { indices: left } } : undefined;

  it.each<[string, Answers, (use: Use) => void]>([
    [
      'NotGranted',
      state,
      ({ undo }) => {
        if (undo !== true) throw new WaitingError('NotGranted', 'no', 10_000);
      },
    ],
    [
      'RepositoryMissing',
      (request) =>
        request.path === '/_snapshot/backups' ? fault(404, 'repository_missing_exception') : state(request),
      () => {},
    ],
  ])('is looked at all the same, so that it can be let go: %s', async (reason, answers, use) => {
    const schedule = scheduleOf({ restoring });
    const observed = await observing(answers, use)(schedule, pass);
    expect(observed).toMatchObject({ type: 'unavailable', reason, restore: { restored: [{ uuid: 'u1' }] } });
  });

  it('is left alone during a fault that may pass', async () => {
    const schedule = scheduleOf({ restoring });
    const observed = await observing(() => fault(503, 'unavailable'))(schedule, pass);
    expect(observed).toMatchObject({ type: 'unavailable', reason: 'Retrying' });
    expect(observed.restore).toBeUndefined();
  });

  it('is left alone while its repository cannot be read, until it has taken too long', async () => {
    const schedule = scheduleOf({ restoring });
    const observe = observing((request) =>
      request.path.startsWith('/_snapshot/backups/') ? fault(500, 'repository_exception') : state(request),
    );
    const soon = await observe(schedule, pass);
    expect(soon).toMatchObject({ type: 'unavailable', reason: 'RepositoryUnreadable' });
    expect([soon.restore, decide(schedule, soon, NOW).status.restoring]).toEqual([undefined, restoring]);
    const later = { ...pass, now: NOW + 7 * 3_600_000 };
    const late = await observe(schedule, later);
    expect(decide(schedule, late, later.now).status.restoring?.result?.result).toBe('Skipped');
  });
});

describe('what a schedule asks for', () => {
  const askedFor = async (spec: object) => {
    const uses: Use[] = [];
    const observe = observing(
      () => undefined,
      (use) => void uses.push(use),
    );
    await observe(scheduleOf({}, { indices: ['a-*'], ...spec }), pass);
    return uses[0]?.indices;
  };

  it('is everything where it takes the state of the cluster or of features', async () => {
    expect(await askedFor({})).toEqual(['a-*']);
    expect(await askedFor({ includeGlobalState: true })).toEqual(['a-*', '*']);
    expect(await askedFor({ featureStates: ['kibana'] })).toEqual(['a-*', '*']);
  });

  it('says why that is asked for when it is not granted', async () => {
    const missing = (name: string) => () => {
      throw new WaitingError('NotGranted', `not on index or alias "${name}".`, 10_000);
    };
    const told = async (name: string) =>
      await observing(() => undefined, missing(name))(
        scheduleOf({}, { indices: ['a-*'], includeGlobalState: true }),
        pass,
      );
    expect(await told('*')).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringContaining('spec.includeGlobalState'),
    });
    expect(await told('a-*')).toMatchObject({ message: 'not on index or alias "a-*".' });
  });
});

describe('retention', () => {
  const listed = {
    snapshot: 'one',
    uuid: 'u1',
    state: 'SUCCESS',
    start_time_in_millis: NOW - 1_000,
    end_time_in_millis: NOW,
    shards: { total: 1, failed: 0 },
    metadata: { 'es-steward': { uid: 'u', slot: '2026-06-15T12:00:00Z', schedule: 'team/nightly' } },
  };
  const observe = observing(({ path, query }) => {
    if (path.startsWith('/_cluster/state')) return { cluster_uuid: 'c' };
    if (path.startsWith('/_nodes')) return { nodes: { n: { timestamp: NOW } } };
    return query?.['verbose'] === undefined && path.endsWith('/*')
      ? { snapshots: [listed], total: 1 }
      : undefined;
  });

  it.each([
    [1, false],
    [0, true],
    [undefined, true],
  ])(
    'that was planned by generation %s of a first one is planned anew: %s',
    async (observedGeneration, isPlanned) => {
      const retention = { lastRunTime: '2026-06-15T12:00:00Z', handledSnapshot: 'one', observedGeneration };
      const schedule = scheduleOf({ retention }, { retention: { expireAfter: '30d' } });
      const seen = await observe(schedule, pass);
      expect(seen.type === 'seen' && seen.mounted !== undefined).toBe(isPlanned);
    },
  );
});

describe('a run', () => {
  const run: Run = {
    snapshot: 'one',
    repository: 'backups',
    slot: '2026-06-15T12:00:00Z',
    attempt: 1,
    accepted: true,
  };
  const found = {
    snapshot: 'one',
    uuid: 'u1',
    state: 'SUCCESS',
    start_time_in_millis: NOW,
    end_time_in_millis: NOW + 1_000,
    shards: { total: 1, failed: 0 },
    indices: ['a'],
    metadata: { 'es-steward': { uid: 'u', slot: run.slot, schedule: 'team/nightly' } },
  };
  const births = { cluster_uuid: 'c', metadata: { indices: {} } };
  const answers =
    (
      progress: unknown,
      snapshot: unknown = { snapshots: [found] },
      entries: unknown = NOTHING_IN_IT,
    ): Answers =>
    ({ path, query }) => {
      if (path.endsWith('/_status')) return progress;
      if (path.endsWith('/one') && query?.['verbose'] === false) return entries;
      if (path.endsWith('/one')) return snapshot;
      if (path.endsWith('/_recovery')) return {};
      return path.startsWith('/_cluster/state') ? births : undefined;
    };

  it.each([
    ['too slow', classifyFailure({ method: 'GET', path: '/' }, new DOMException('late', 'TimeoutError'))],
    ['damaged', fault(500, 'snapshot_exception')],
  ])('that has ended is over although its figures are %s', async (_what, progress) => {
    const schedule = scheduleOf({ active: run });
    const asked: ElasticsearchRequest[] = [];
    const observe = observing((request) => {
      asked.push(request);
      return answers(progress)(request);
    });
    const { status } = decide(schedule, await observe(schedule, pass), NOW);
    expect([status.active, status.lastSnapshot?.state]).toEqual([undefined, 'SUCCESS']);
    expect(asked.find(({ path }) => path.endsWith('_status'))?.timeoutMs).toBe(5_000);
  });

  it.each([
    [{ nodes: { n: { timestamp: NOW + 7_200_000 } } }, ['AbortSnapshot']],
    [{ nodes: { n: { timestamp: NOW } } }, []],
    [fault(503, 'unavailable'), []],
  ])(
    'is aborted at its deadline only if the nodes say that it is that late: %#',
    async (clocks, expected) => {
      const runs = { ...found, state: 'IN_PROGRESS', end_time_in_millis: 0 };
      const schedule = scheduleOf({ active: run }, { deadline: '1h', abortOnDeadline: true });
      const observe = observing((request) =>
        request.path.startsWith('/_nodes') ? clocks : answers(undefined, { snapshots: [runs] })(request),
      );
      const late = { ...pass, now: NOW + 7_200_000 };
      const { actions = [] } = decide(schedule, await observe(schedule, late), late.now);
      expect(actions.map(({ type }) => type)).toEqual(expected);
    },
  );

  it.each([
    ['a name', ['a', 'missing'], 'missing'],
    ['a pattern', ['a', 'z-*'], 'z-*'],
    ['nothing, as all is inside', ['*'], undefined],
    ['nothing, as an alias leads to what is inside', ['called'], undefined],
    ['nothing that is excluded all the same', ['a', 'left'], undefined],
    ['nothing that Elasticsearch alone can resolve', ['a', 'stream'], undefined],
  ])('that is a success tells of %s that matches nothing', async (_what, indices, told) => {
    const schedule = scheduleOf({ active: run }, { indices, exclude: ['left*'] });
    const index = { settings: { index: { creation_date: NOW - 1 } }, aliases: ['called'] };
    const observe = observing((request) => {
      const { path } = request;
      if (!path.startsWith('/_cluster/state')) return answers(undefined)(request);
      const isNothing = /\/(missing|z-\*)$/.test(decodeURIComponent(path));
      return { cluster_uuid: 'c', metadata: { indices: isNothing ? {} : { a: index } } };
    });
    const { status, events } = decide(schedule, await observe(schedule, pass), NOW);
    const text = told && `nothing in the cluster matches ${told}, which spec.indices names`;
    expect([status.lastSnapshot?.state, status.lastSnapshot?.message]).toEqual(['SUCCESS', text]);
    expect(events?.[0]?.note).toBe(text ? `one is complete; ${text}` : 'one is complete');
  });

  const older = { settings: { index: { uuid: 'b', creation_date: NOW - 1 } } };
  const recovery = (start: number, type = 'SNAPSHOT') => ({
    b: { shards: [{ type, primary: true, start_time_in_millis: start }] },
  });
  const observingRecovery = (recovered: unknown, indices: object = { b: older }) =>
    vi.fn<Answers>((request) => {
      if (request.path === '/b/_recovery') return recovered;
      return request.path.startsWith('/_cluster/state')
        ? { cluster_uuid: 'c', metadata: { indices } }
        : answers(undefined)(request);
    });

  it.each([
    ['as it is now', 'INCOMPLETE'],
    ['another one', 'SUCCESS'],
  ])('is judged by what matches the choice by which it was begun: %s', async (choice, state) => {
    const spec = { indices: ['a', 'b'] };
    const active = {
      ...run,
      choice: choice === 'as it is now' ? choiceOf({ ...spec, exclude: [] }) : 'other',
    };
    const schedule = scheduleOf({ active }, { ...spec, backoffLimit: 0 });
    const { status } = decide(schedule, await observing(observingRecovery({}))(schedule, pass), NOW);
    expect(status.lastSnapshot?.state).toBe(state);
  });

  it.each([
    ['was restored since it began', recovery(NOW), 'SUCCESS'],
    ['was restored before', recovery(NOW - 1), 'INCOMPLETE'],
    ['has moved to another node since', recovery(NOW + 1, 'PEER'), 'INCOMPLETE'],
    ['may not be asked about', fault(403, 'security_exception'), 'INCOMPLETE'],
  ])('that lacks an index which %s is judged by that', async (_what, recovered, state) => {
    const schedule = scheduleOf({ active: run }, { backoffLimit: 0 });
    const { status } = decide(schedule, await observing(observingRecovery(recovered))(schedule, pass), NOW);
    expect(status.lastSnapshot?.state).toBe(state);
    expect(status.incomplete ?? []).toHaveLength(state === 'SUCCESS' ? 0 : 1);
  });

  it('is not judged while nobody tells when the index that it lacks came, and asks only where one is lacking', async () => {
    const schedule = scheduleOf({ active: run });
    const silent = observing(observingRecovery(fault(503, 'unavailable')));
    const { status } = decide(schedule, await silent(schedule, pass), NOW);
    expect([status.active, status.lastSnapshot]).toEqual([run, undefined]);
    const whole = observingRecovery(recovery(NOW), { a: older });
    await observing(whole)(schedule, pass);
    expect(whole.mock.calls.filter(([{ path }]) => path.endsWith('/_recovery'))).toEqual([]);
  });

  const missing = fault(404, 'repository_missing_exception');
  const noFile = fault(404, 'snapshot_missing_exception');
  const entry = { snapshots: [{ snapshot: 'one', uuid: 'u1', state: 'SUCCESS' }], total: 1 };
  const NAME_2 = 'nightly-2026.06.15-120000-u-2';

  /** What a schedule comes to that looks at what is there now and once more after ten minutes. */
  async function tenMinutesOf(schedule: Schedule, observe: ReturnType<typeof observing>) {
    const soon = decide(schedule, await observe(schedule, pass), NOW);
    const waited = { ...schedule, status: soon.status };
    const late = { ...pass, now: NOW + 600_000 };
    return { soon, late: decide(waited, await observe(waited, late), late.now) };
  }

  it.each([
    ['is damaged', fault(500, 'snapshot_exception')],
    ['is missing', noFile],
  ])(
    'whose file %s is waited for a little, then lost, and tried again under a free name',
    async (_what, read) => {
      const schedule = scheduleOf({ active: run }, { deadline: '6h' });
      const { soon, late } = await tenMinutesOf(schedule, observing(answers(undefined, read, entry)));
      expect([soon.ready.reason, soon.status.active, soon.next]).toMatchObject(['Retrying', run, 10_000]);
      expect(soon.ready.message).toContain('one in repository backups cannot be read');
      expect(soon.ready.message).toContain('until 2026-06-15T12:10:00Z');
      expect(late.status.lastSnapshot?.state).toBe('LOST');
      expect(late.status.active).toMatchObject({ snapshot: NAME_2, attempt: 2, accepted: false });
      expect(late.status.active?.unreadableSince).toBeUndefined();
    },
  );

  it('whose file can be read again goes on as if nothing had been', async () => {
    const schedule = scheduleOf({ active: { ...run, unreadableSince: '2026-06-15T11:00:00Z' } });
    const runs = { ...found, state: 'IN_PROGRESS', end_time_in_millis: 0 };
    const observe = observing(answers(undefined, { snapshots: [runs] }));
    const { active } = decide(schedule, await observe(schedule, pass), NOW).status;
    expect([active?.accepted, active?.unreadableSince]).toEqual([true, undefined]);
  });

  it('that is wished for takes a free name when a file that cannot be read has its own', async () => {
    const schedule = scheduleOf({ active: { ...run, accepted: false } });
    const { soon, late } = await tenMinutesOf(schedule, observing(answers(undefined, noFile, entry)));
    expect(soon.actions).toEqual([]);
    const { unreadableSince: _since, ...wish } = soon.status.active ?? run;
    expect(late.status.active).toEqual({ ...wish, snapshot: NAME_2 });
    expect(late.events?.[0]).toMatchObject({
      reason: 'NameTaken',
      note: expect.stringContaining('cannot be read'),
    });
  });

  it('that cannot be read keeps no slot waiting where snapshots may overlap', async () => {
    const due = { active: run, slotsHandledUntil: '2026-06-15T11:00:00Z' };
    const schedule = scheduleOf(due, { concurrencyPolicy: 'Allow' });
    const observe = observing(answers(undefined, fault(500, 'snapshot_exception')));
    const { status } = decide(schedule, await observe(schedule, pass), NOW + 1_000);
    expect([status.active?.accepted, status.overlapping]).toMatchObject([false, [{ snapshot: 'one' }]]);
  });

  it('in a repository that the spec has left and that is gone is lost, and tried again in the new one', async () => {
    const schedule = scheduleOf({ active: run }, { repository: 'other' });
    const observe = observing(answers(undefined, missing));
    const { status } = decide(schedule, await observe(schedule, pass), NOW);
    expect(status.lastSnapshot).toMatchObject({ state: 'LOST' });
    expect(status.lastSnapshot?.message).toContain('backups');
    const again = scheduleOf(status, { repository: 'other' });
    expect(decide(again, await observe(again, pass), NOW).status.active).toMatchObject({
      repository: 'other',
      attempt: 2,
      accepted: false,
    });
  });

  it.each([
    ['RepositoryUnreadable', 'Repository backups', fault(500, 'repository_exception')],
    ['Retrying', 'one in repository backups', fault(500, 'snapshot_exception')],
    ['Retrying', 'Retrying after a fault', fault(502, 'bad_gateway')],
    [
      'Retrying',
      'no answer',
      classifyFailure({ method: 'GET', path: '/' }, new DOMException('late', 'TimeoutError')),
    ],
  ])(
    'in a repository that the spec has left is waited for a little, which blames that one: %s, %s',
    async (reason, message, why) => {
      const schedule = scheduleOf({ active: run }, { repository: 'other' });
      const { soon, late } = await tenMinutesOf(schedule, observing(answers(undefined, why)));
      expect(soon.ready).toMatchObject({ reason, message: expect.stringContaining(message) });
      expect(late.status.lastSnapshot).toMatchObject({ state: 'LOST' });
      expect(late.status.active).toMatchObject({ attempt: 2, accepted: false });
    },
  );

  it('is not given up for a fault of the whole cluster', async () => {
    const schedule = scheduleOf({ active: run }, { repository: 'other' });
    const observe = observing(answers(undefined, fault(401, 'security_exception')));
    expect(await observe(schedule, pass)).toMatchObject({ type: 'unavailable', reason: 'Retrying' });
  });

  it('is not looked for in a repository that is not granted any more', async () => {
    const schedule = scheduleOf({ active: run }, { repository: 'other' });
    const observe = observing(answers(undefined), ({ repositories }) => {
      if (repositories?.includes('backups')) throw new WaitingError('NotGranted', 'no', 10_000);
    });
    const { status } = decide(schedule, await observe(schedule, pass), NOW);
    expect(status.lastSnapshot?.state).toBe('LOST');
  });

  it.each([
    ['is missing', missing],
    ['cannot be read', fault(500, 'repository_exception')],
    ['does not answer', fault(503, 'unavailable')],
    ['has a damaged file of it', fault(500, 'snapshot_exception')],
  ])(
    'that is only wished for goes on in the corrected repository when the old one %s',
    async (_what, why) => {
      const wish: Run = { ...run, accepted: false, attempt: 2, retryTime: '2026-06-15T12:05:00Z' };
      const schedule = scheduleOf({ active: wish }, { repository: 'other' });
      const observe = observing(answers(undefined, why));
      const moved = decide(schedule, await observe(schedule, pass), NOW);
      expect([moved.status.active, moved.next]).toEqual([
        { ...wish, repository: 'other', retryTime: '2026-06-15T12:00:00Z' },
        'now',
      ]);
      const next = scheduleOf(moved.status, { repository: 'other' });
      const gone = observing(answers(undefined, fault(404, 'snapshot_missing_exception')));
      expect(decide(next, await gone(next, pass), NOW).actions).toMatchObject([
        { type: 'CreateSnapshot', repository: 'other', snapshot: 'one' },
      ]);
    },
  );

  it('that was begun in the old repository, its answer lost, is followed there', async () => {
    const wish: Run = { ...run, accepted: false };
    const schedule = scheduleOf({ active: wish }, { repository: 'other' });
    const { status } = decide(schedule, await observing(answers(undefined))(schedule, pass), NOW);
    expect(status.lastSnapshot).toMatchObject({ name: 'one', state: 'SUCCESS' });
  });
});
