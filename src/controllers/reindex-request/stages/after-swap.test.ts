import { describe, expect, it } from 'vitest';
import { request, wholeCopy } from '../../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { CopyRequest } from '../copy-request.ts';
import { decide, stageOf } from '../decide.ts';
import type { DestinationMark } from '../destination-mark.ts';
import type { IndexFacts, Observed, Peer, ShardFacts } from '../observed.ts';
import { situationOf } from '../situation.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const UID = 'abcdef01-2345-6789-abcd-ef0123456789';
const MOVED_AT = '2026-03-01T11:59:00Z';
const orders = { filter: { term: { a: 1 } }, is_write_index: true };

type Over = Readonly<Record<string, unknown>>;

const mark: DestinationMark = {
  uid: UID,
  specHash: 'h',
  sourceIndex: 'orders-v1',
  sourceUuid: 'orders-v1-uuid',
  attempt: 1,
  blockedBefore: false,
  state: 'final',
  restore: { 'index.hidden': null, 'index.lifecycle.name': 'policy' },
  cutover: {
    time: MOVED_AT,
    aliases: ['orders'],
    sourceHidden: false,
    maxSeq: { source: [99], destination: [120] },
  },
};

const index = (name: string, settings: Over, aliases: IndexFacts['aliases'], mappings: unknown = {}) => ({
  name,
  uuid: `${name}-uuid`,
  settings: { number_of_shards: '1', ...settings },
  mappings,
  aliases,
  entrances: [],
  guards: [],
  closed: false,
});
const BLOCK = { blocks: { write: 'true' } };
const SERVING = { lifecycle: { name: 'policy' } };
const kept = (aliases: IndexFacts['aliases'] = {}) =>
  index('orders-v1', { ...BLOCK, hidden: 'true' }, aliases);
const serving = (aliases: IndexFacts['aliases'] = { orders }, settings: Over = SERVING, over = mark) =>
  index('orders-v2', settings, aliases, { _meta: { 'es-steward': over } });
const shard = (maxSeqNo: number, globalCheckpoint = maxSeqNo): readonly ShardFacts[] => [
  { shard: 0, maxSeqNo, globalCheckpoint, documents: 1, primaryTerm: 1 },
];

const world = (over: Partial<Observed> = {}): Observed => ({
  connection: 'main',
  maxConcurrentOperations: 2,
  protects: (name) => name.startsWith('.'),
  sources: [kept()],
  destination: serving(),
  tasks: { complete: true, running: [] },
  peers: [],
  owners: new Set(),
  outcomes: {},
  shards: shard(99),
  destinationShards: shard(120),
  counts: { source: 100, destination: 100 },
  nodeSkewSeconds: 1,
  ...over,
});

/** Of a red or closed index. */
const unread = (over: Partial<Observed> = {}): Observed => {
  const { shards: _shards, counts: _counts, ...rest } = world(over);
  return rest;
};

/** As the move leaves it. */
const moved: ReindexRequestStatus = {
  phase: 'CuttingOver',
  startTime: '2026-03-01T11:50:00Z',
  blockedSince: '2026-03-01T11:58:30Z',
  completionTime: MOVED_AT,
  aliasesMoved: ['orders'],
  cutoverMaxSeq: { source: [99], destination: [120] },
  sourceHidden: false,
  epoch: 1,
  source: { index: 'orders-v1', uuid: 'orders-v1-uuid' },
  destination: { index: 'orders-v2', uuid: 'orders-v2-uuid', documents: 100 },
  plan: {
    hash: 'p',
    specHash: 'h',
    sourceUuid: 'orders-v1-uuid',
    aliases: [{ name: 'orders', definition: orders }],
    blockedBefore: false,
    sequenceNumbers: true,
    createdTime: '2026-03-01T11:00:00Z',
  },
};
const inWindow: ReindexRequestStatus = {
  ...moved,
  phase: 'RollbackWindow',
  rollbackUntil: '2026-03-02T11:59:00Z',
  writesAfterFence: 0,
};
const cleaning: ReindexRequestStatus = { ...inWindow, phase: 'CleaningUp' };
const deleted = { deletionTimestamp: '2026-03-01T11:59:30Z' };
const asking = (value: string) => ({ annotations: { 'es-steward.dev/rollback': value } });
const forDays = { sourceAfter: { rollbackWindow: '7d' } };
/** What was let go is not ours any more, whoever blocks it now. */
const letGo = { destination: serving({ orders }, SERVING, { ...mark, blocks: false }) };
const noWindow = { sourceAfter: { rollbackWindow: '0s' } };
const deleting = { sourceAfter: { policy: 'Delete', rollbackWindow: '0s' } };
const deletingLater = (rollbackWindow: string) => ({ sourceAfter: { policy: 'Delete', rollbackWindow } });

const run = (resource: CopyRequest, observed: Observed) => decide(resource, observed, NOW);
const stage = (resource: CopyRequest, observed = world()) => stageOf(situationOf(resource, observed, NOW));
const actionsOf = ({ actions = [] }: ReturnType<typeof run>) => actions.map(({ type }) => type);
const conditionOf = ({ conditions = [] }: ReturnType<typeof run>, type: string) =>
  conditions.find((condition) => condition.type === type);

describe('what the copy was compared with', () => {
  const copy = { ...wholeCopy, pit: 'p1', previousPit: 'p0' };
  const close = { type: 'ClosePointsInTime', pits: ['p1', 'p0'] };

  it.each([
    ['a window', {}],
    ['none', noWindow],
  ])('is let go when the aliases have moved, with %s', (_, over) => {
    const decision = run(request({ ...moved, copy }, over), world());
    expect(decision.actions).toContainEqual(close);
    expect(actionsOf(run(request(decision.status, over), world()))).not.toContain('ClosePointsInTime');
  });
});

describe('the rollback window', () => {
  it('opens with the move: the destination is shown and governed, the old index hidden and still blocked', () => {
    const decision = run(
      request({ ...moved, outageBefore: 1_000 }),
      world({
        sources: [index('orders-v1', BLOCK, {})],
        destination: serving({ orders }, { hidden: 'true' }),
      }),
    );
    expect(decision.actions).toEqual([
      expect.objectContaining({
        settings: {
          'index.hidden': null,
          'index.translog.durability': null,
          'index.write.wait_for_active_shards': null,
          'index.lifecycle.name': 'policy',
        },
      }),
      expect.objectContaining({ type: 'SetSettings', settings: { 'index.hidden': true } }),
    ]);
    expect(decision).toMatchObject({ ready: { type: 'ready' }, holds: true });
    expect(decision.status).toMatchObject({
      phase: 'RollbackWindow',
      rollbackUntil: '2026-03-02T11:59:00.000Z',
      writeOutage: '31s',
      duration: '9m',
      progress: { percent: 99, message: 'Updated aliases: orders Remove: orders-v1 Add: orders-v2' },
    });
  });

  it('says that the copy is complete and that writes to the old index are blocked', () => {
    const decision = run(request(inWindow), world());
    expect(actionsOf(decision)).toEqual([]);
    expect(conditionOf(decision, 'Complete')?.status).toBe('True');
    expect(conditionOf(decision, 'WritesBlocked')?.reason).toBe('RollbackWindow');
    expect(decision.ready.message).toContain('orders-v1 is hidden and takes no writes');
  });

  it('says that the old index can be written to once somebody has lifted its block', () => {
    const decision = run(request(inWindow), world({ sources: [index('orders-v1', { hidden: 'true' }, {})] }));
    expect(decision.status.phase).toBe('RollbackWindow');
    expect(conditionOf(decision, 'WritesBlocked')).toBeUndefined();
    expect(decision.ready.message).toContain('orders-v1 is hidden but can be written to');
  });

  it('goes on when the answer of the move was lost', () => {
    const { completionTime: _time, aliasesMoved: _aliases, ...lost } = moved;
    expect(run(request(lost), world()).status).toMatchObject({
      phase: 'RollbackWindow',
      aliasesMoved: ['orders'],
      completionTime: MOVED_AT,
    });
  });

  it('is found again when the whole status was lost', () => {
    expect(run(request({}), world()).status).toMatchObject({
      phase: 'RollbackWindow',
      rollbackUntil: '2026-03-02T11:59:00.000Z',
      cutoverMaxSeq: { source: [99], destination: [120] },
    });
  });

  it.each([
    ['cancel', { cancel: true }],
    ['suspend', { suspend: true }],
  ])('cannot be undone by %s', (_, over) => {
    expect(stage(request(inWindow, over))).toBe('RollbackWindow');
  });

  it.each([
    [['orders'], 'it'],
    [['orders', 'shop'], 'them'],
  ])('says that %j can move back, as one or as several', (aliasesMoved, which) => {
    const message = (over: Over) =>
      run(request({ ...inWindow, aliasesMoved }, over), world({ destination: serving({ orders, shop: {} }) }))
        .ready.message;
    expect(message({})).toContain(`can move ${which} back`);
    expect(message({ suspend: true })).toContain(`${which} cannot be moved back`);
  });

  it('speaks of those aliases only that are still there', () => {
    const { message } = run(request({ ...inWindow, aliasesMoved: ['orders', 'taken'] }), world()).ready;
    expect(message).toMatch(/^alias orders now points to orders-v2\..* can move it back/);
  });

  it('names a few of many aliases, so that what follows them is there', () => {
    const names = Array.from({ length: 100 }, (_, at) => `alias-${at}`);
    const aliases = Object.fromEntries(names.map((name) => [name, {}]));
    const { message } = run(
      request({ ...inWindow, aliasesMoved: names }),
      world({ destination: serving(aliases) }),
    ).ready;
    expect(message).toMatch(/ and 95 more now point to orders-v2\..* can move them back/);
  });

  it('can be made longer and shorter', () => {
    const now = NOW + 25 * 3_600_000;
    const at = (over: Over) => stageOf(situationOf(request(inWindow, over), world(), now));
    expect([at({}), at(forDays), at(noWindow)]).toEqual(['CleaningUp', 'RollbackWindow', 'CleaningUp']);
  });

  const free = index('orders-v1', {}, {});
  it.each([
    ['it was over and the old index is let go', { sources: [free] }],
    ['somebody else has blocked what was let go', { sources: [index('orders-v1', BLOCK, {})], ...letGo }],
  ])('does not open again once %s', (_, over) => {
    expect(run(request(cleaning, forDays), world(over)).status.phase).toBe('Completed');
  });

  const late = { sourceAfter: { rollbackWindow: '30s' } };
  it.each([
    ['of the API server', { apiServerSkewSeconds: 61 }],
    ['of a node', { nodeSkewSeconds: 61 }],
  ])('is not ended, for any policy, while it is known that the clock differs from that %s', (_, over) => {
    for (const policy of ['Retain', 'Delete'])
      for (const status of [inWindow, cleaning]) {
        const spec = { sourceAfter: { ...late.sourceAfter, policy } };
        const first = run(request(status, spec), world(over));
        expect([first.status.phase, actionsOf(first)]).toEqual(['RollbackWindow', []]);
        const decision = run(request(first.status, spec), world(over));
        expect(decision).toMatchObject({ next: 60_000, ready: { type: 'ready' } });
        expect(decision.ready.message).toContain('fix the clocks');
        expect(stage(request(first.status, spec, asking('please')), world(over))).toBe('RollingBack');
      }
  });

  it('says nothing of clocks that differ as long as it is open by any of them', () => {
    const decision = run(request(inWindow), world({ apiServerSkewSeconds: 61 }));
    expect(decision.ready.message).not.toContain('clocks');
  });

  it('ends by its time where the other clocks are silent: nothing is held for ever', () => {
    const { nodeSkewSeconds: _known, ...silent } = world();
    let decision = run(request(inWindow, late), silent);
    expect(decision.status.phase).toBe('CleaningUp');
    decision = run(request(decision.status, late), silent);
    expect(actionsOf(decision)).toEqual(['SetSettings', 'LiftBlock']);
  });

  const skewed = { apiServerSkewSeconds: 7_200 };
  it.each([
    ['the resource is deleted', request(inWindow, late, deleted), world(skewed)],
    [
      'a later request has moved the aliases on',
      request(inWindow, late),
      world({ ...skewed, destination: serving({}) }),
    ],
    ['it is not wanted any more', request(inWindow, noWindow), world(skewed)],
  ])('is over whatever the clocks say when %s', (_, resource, observed) => {
    expect(stage(resource, observed)).toBe('CleaningUp');
  });

  it('is open again for the time that is left when the clock is right', () => {
    const decision = run(request(cleaning), world());
    expect(decision.status).toMatchObject({
      phase: 'RollbackWindow',
      rollbackUntil: '2026-03-02T11:59:00.000Z',
    });
  });

  it.each([
    ['the resource is deleted', request(inWindow, {}, deleted), world()],
    ['a later request has moved the aliases on', request(inWindow), world({ destination: serving({}) })],
    ['the destination is gone', request(inWindow), world({ destination: undefined })],
    ['the destination was made anew', request(inWindow), world({ destination: { ...serving(), uuid: 'x' } })],
    ['the source is gone', request(inWindow), world({ sources: [] })],
    ['no alias has moved', request({ ...moved, aliasesMoved: [] }), world()],
    ['an alias stays behind', request(moved), world({ sources: [kept({ other: {} })] })],
    ['it is not wanted', request(moved, noWindow), world()],
  ])('is over when %s', (_, resource, observed) => {
    expect(stage(resource, observed)).toBe('CleaningUp');
  });

  it('drops what a late call of a rollback has left', () => {
    const observed = world({ destination: serving({ orders, 'es-steward-abcdef01-back-2': {} }) });
    expect(run(request(inWindow), observed).actions).toEqual([
      expect.objectContaining({ type: 'DropAliases', aliases: ['es-steward-abcdef01-back-2'] }),
    ]);
  });

  it('tells of writes that came behind the fence, once', () => {
    const decision = run(request(inWindow), world({ shards: shard(101) }));
    expect(decision.status.writesAfterFence).toBe(2);
    expect(decision.events).toContainEqual(expect.objectContaining({ reason: 'WritesAfterFence' }));
    const again = run(request(decision.status), world({ shards: shard(101) }));
    expect(conditionOf(again, 'WritesAfterFence')?.status).toBe('True');
    expect(again.events).toEqual([]);
  });

  it('never touches an index that is protected, but takes back at its end what it has done there before', () => {
    const observed = world({ sources: [index('orders-v1', BLOCK, {})], protects: () => true });
    expect(actionsOf(run(request(inWindow), observed))).toEqual([]);
    expect(run(request(cleaning, noWindow), world({ protects: () => true })).actions).toMatchObject([
      { type: 'SetSettings', target: { index: 'orders-v1' }, settings: { 'index.hidden': null } },
      { type: 'LiftBlock', target: { index: 'orders-v1' } },
    ]);
  });
});

describe('a setting that Elasticsearch refuses when the destination is to serve', () => {
  const POLICY = 'index.lifecycle.name';
  const lacking = { ...inWindow, refusedSettings: [POLICY] };
  const without = (settings: Over = {}, over: Partial<Observed> = {}) =>
    world({ destination: serving({ orders }, settings), ...over });
  const lackOf = (decision: ReturnType<typeof run>) => conditionOf(decision, 'SettingsRefused')?.message;
  const told = 'orders-v2 lacks index.lifecycle.name, because Elasticsearch refuses it as it was to be';

  it('may be left out', () => {
    const { actions } = run(request(inWindow), without());
    expect(actions).toMatchObject([{ type: 'SetSettings', settings: { [POLICY]: 'policy' }, mayLack: true }]);
  });

  it('does not come again, and is told of with the cure', () => {
    const decision = run(request(lacking), without());
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.ready.type).toBe('ready');
    expect(decision.ready.message).toContain(`${told}: set it with PUT /orders-v2/_settings. Until`);
    expect(lackOf(decision)).toContain(told);
  });

  it('is an event once', () => {
    const told = { type: 'Warning', reason: 'SettingsRefused' };
    const first = run(request(lacking), without());
    expect(first.events).toMatchObject([told]);
    const since = { observedGeneration: 1, lastTransitionTime: MOVED_AT };
    const conditions = (first.conditions ?? []).map((condition) => ({ ...condition, ...since }));
    expect(run(request({ ...lacking, conditions }), without()).events).toEqual([]);
  });

  it('is of whoever sets it then', () => {
    const decision = run(request(lacking), without({ lifecycle: { name: 'theirs' } }));
    expect(actionsOf(decision)).toEqual([]);
    expect([decision.ready.message.includes('lacks'), lackOf(decision)]).toEqual([false, undefined]);
  });

  it('keeps nobody from the source', () => {
    const { status } = run(request(lacking, noWindow), without());
    const decision = run(request(status, noWindow), without());
    expect(actionsOf(decision)).toEqual(['SetSettings', 'LiftBlock']);
    expect(decision.ready.message).toContain(told);
  });

  const free = { sources: [index('orders-v1', {}, {})] };
  const done = { ...cleaning, refusedSettings: [POLICY] };

  it('is told of for good', () => {
    const end = run(request(done), without({}, free));
    expect(end.status).toMatchObject({ phase: 'Completed', refusedSettings: [POLICY] });
    expect(end.ready.message).toContain(told);
    const { destination: _unread, ...rest } = without({}, free);
    const later = run(request(end.status), { ...rest, destination: undefined });
    expect([later.ready.message, lackOf(later)]).toEqual([end.ready.message, lackOf(end)]);
  });

  it.each([
    ['is there by then', without({ lifecycle: { name: 'theirs' } }, free)],
    ['belongs to an index that is gone', without({}, { ...free, destination: undefined })],
  ])('is not told of where it %s', (_, observed) => {
    const end = run(request(done), observed);
    expect(end.status.phase).toBe('Completed');
    expect(end.status.refusedSettings).toBeUndefined();
    expect([end.ready.message.includes('lacks'), lackOf(end)]).toEqual([false, undefined]);
  });
});

describe('the end of a request whose destination is hidden', () => {
  const hidden = (aliases: IndexFacts['aliases']) => serving(aliases, { ...SERVING, hidden: 'true' });
  const targets = (status: ReindexRequestStatus, destination: IndexFacts) =>
    (run(request(status, {}, asking('late')), world({ destination })).actions ?? []).map((action) =>
      'target' in action ? action.target.index : undefined,
    );

  it('leaves it so where the aliases have gone on: a later request keeps it for its way back', () => {
    for (const status of [moved, inWindow, cleaning])
      expect(targets(status, hidden({}))).not.toContain('orders-v2');
  });

  it.each<[string, ReindexRequestStatus, IndexFacts['aliases']]>([
    ['its alias is still there', cleaning, { orders }],
    ['it has another alias', inWindow, { other: {} }],
    ['no alias was to move', { ...moved, aliasesMoved: [] }, {}],
  ])('shows it where %s', (_, status, aliases) => {
    expect(targets(status, hidden(aliases))).toContain('orders-v2');
  });
});

describe('a copy that was final when its source was deleted, before its aliases moved', () => {
  const anew = { ...index('orders-v1', {}, { orders }), uuid: 'anew' };
  const final = { sources: [anew], destination: serving({}) };
  const preflight = {
    missingPrivileges: [],
    pipelines: {},
    sequenceNumbersSearchable: true,
    documents: 1,
    bytes: 1,
  };

  it.each<[string, ReindexRequestStatus]>([
    ['by a retry', { phase: 'Validating', attempt: 2 }],
    ['by a retry that has planned', { ...moved, phase: 'Validating', attempt: 2 }],
    ['by one that has lost its status', { phase: 'Validating' }],
  ])('is not taken for moved %s once there is another of that name', (_, status) => {
    const { completionTime: _time, aliasesMoved: _aliases, plan, ...rest } = status;
    const planned = plan ? { plan: { ...plan, sourceUuid: 'anew' } } : {};
    const resource = request({ ...rest, ...planned }, noWindow);
    expect(stage(resource, world(final))).toBe('Validating');
    const decision = run(resource, world({ ...final, preflight }));
    expect(decision.status.failure?.reason).toBe('SourceChanged');
    expect(actionsOf(decision)).toEqual([]);
  });

  it('is another matter where the aliases have moved: a name that is used again undoes no move', () => {
    const cutover = { ...final, destination: serving({ orders }), sources: [{ ...anew, aliases: {} }] };
    expect(stage(request({ phase: 'Validating' }, noWindow), world(cutover))).not.toBe('Validating');
  });

  it('stays whole: nothing of ours makes it half a copy again, or deletes it', () => {
    const { completionTime: _time, aliasesMoved: _aliases, ...rest } = moved;
    const failed = { ...rest, failure: { reason: 'SourceChanged', message: '' } };
    for (const over of [{}, { cancel: true }]) {
      const actions = actionsOf(run(request(failed, over), world(final)));
      expect(actions).not.toContain('SetMeta');
      expect(actions).not.toContain('DeleteDestination');
    }
  });
});

describe('a rollback', () => {
  const BACK = 'es-steward-abcdef01-back-2';
  const rollback = { asked: 'please', number: 2, blockedBefore: false };
  const begun: ReindexRequestStatus = { ...inWindow, epoch: 2, rollback };
  const deadline = '2026-03-01T12:00:30.000Z';
  const timed: ReindexRequestStatus = { ...begun, rollback: { ...rollback, deadline } };
  const held: ReindexRequestStatus = { ...begun, rollback: { ...rollback, deadline, verified: true } };
  const noted = { ...mark, rollback: 'please', rollbackBlockedBefore: false };
  const holding = (
    settings: Over = { ...SERVING, ...BLOCK },
    aliases: IndexFacts['aliases'] = { orders, [BACK]: {} },
  ) => serving(aliases, settings, noted);
  const asked = (status: ReindexRequestStatus, over: Over = {}) => request(status, over, asking('please'));
  const back = (over: Partial<Observed> = {}) =>
    world({ sources: [kept({ orders })], destination: holding({ ...SERVING, ...BLOCK }, {}), ...over });

  const failed: ReindexRequestStatus = { phase: 'Failed', attempt: 1 };

  it.each([
    ['answered', run(asked(failed), world()).status],
    ['asked for', failed],
  ])('that was %s before a retry does not move back what the retry has moved', (_, before) => {
    const metadata = { annotations: { 'es-steward.dev/rollback': 'please', 'es-steward.dev/retry': '1' } };
    const again = run(request(before, {}, metadata), world()).status;
    expect(again).toMatchObject({ phase: 'Pending', lastHandledRetry: '1', lastHandledRollback: 'please' });
    const { lastHandledRollback } = again;
    expect(stage(request({ ...inWindow, lastHandledRollback }, {}, metadata))).toBe('RollbackWindow');
  });

  it('has its intent in status before it does anything', () => {
    const decision = run(asked(inWindow), world());
    expect(decision.status).toMatchObject({ rollback, epoch: 2, intent: { type: 'Rollback' } });
    expect(actionsOf(decision)).toEqual([]);
  });

  it.each([
    ['notes it on the destination first', begun, world(), 'SetMeta'],
    [
      'takes an alias of its own',
      begun,
      world({ destination: serving({ orders }, SERVING, noted) }),
      'AddAlias',
    ],
    ['blocks writes through that alias', timed, world({ destination: holding(SERVING) }), 'BlockDestination'],
    [
      'does not believe a block whose proof it has not seen',
      timed,
      world({ destination: holding() }),
      'BlockDestination',
    ],
  ])('%s', (_, status, observed, action) => {
    expect(actionsOf(run(asked(status), observed))).toEqual([action]);
  });

  it('writes down until when it may block before it does', () => {
    const decision = run(asked(begun), world({ destination: holding(SERVING) }));
    expect(decision.status.rollback).toEqual({ ...rollback, deadline });
    expect(actionsOf(decision)).toEqual([]);
  });

  it('does so for a block that was set without one', () => {
    const old = { ...begun, rollback: { ...rollback, verified: true } };
    expect(run(asked(old), world({ destination: holding() })).status.rollback?.deadline).toBe(deadline);
  });

  it('gives it as long as the spec lets writers wait', () => {
    const decision = run(
      request(begun, { maxWriteOutage: '2m' }, asking('please')),
      world({ destination: holding(SERVING) }),
    );
    expect(decision.status.rollback?.deadline).toBe('2026-03-01T12:02:00.000Z');
  });

  it('takes away what a try has left whose status was lost', () => {
    const aliases = { orders, [BACK]: {}, 'es-steward-abcdef01-back-7': {} };
    const decision = run(asked(timed), world({ destination: holding(SERVING, aliases) }));
    expect(decision.actions).toMatchObject([
      { type: 'DropAliases', aliases: ['es-steward-abcdef01-back-7'] },
    ]);
  });

  it('goes on under the last name of its alias where the move was not carried out, and lets go under it', () => {
    const sealed = holding({ ...SERVING, ...BLOCK }, { orders, [`${BACK}-last`]: {} });
    const again = run(asked(held), world({ destination: sealed }));
    expect(again.actions).toMatchObject([{ type: 'RollBack', through: `${BACK}-last` }]);
    const refused = { ...held, rollback: { ...rollback, deadline, verified: true, letGo: 'NotInTime' } };
    const freeing = run(asked(refused), world({ destination: sealed }));
    expect(freeing.actions).toMatchObject([
      { type: 'MoveEpochAlias', from: `${BACK}-last`, to: `${BACK}-over` },
    ]);
    const open = holding(SERVING, { orders, [`${BACK}-last`]: {} });
    expect(actionsOf(run(asked(held), world({ destination: open })))).toEqual(['DropAliases']);
  });

  it('says which index takes no writes meanwhile', () => {
    const blocked = conditionOf(run(asked(held), world({ destination: holding() })), 'WritesBlocked');
    expect(blocked).toMatchObject({
      reason: 'RollbackWindow',
      message: expect.stringMatching(/^orders-v2 /),
    });
  });

  const late = { ...rollback, deadline: '2026-03-01T11:59:59.000Z', verified: true };
  const { destinationShards: _shards, ...red } = world({ destination: holding() });
  it.each([
    ['DestinationUnhealthy', 'before it blocks', begun, { ...red, destination: serving() }],
    ['DestinationUnhealthy', 'while it blocks', held, red],
    ['NotInTime', 'while it blocks', { ...begun, rollback: late }, world({ destination: holding() })],
  ] as const)('is refused as %s %s, and frees what serves', (reason, _, status, observed) => {
    const first = run(asked(status), observed);
    expect([first.status.rollback?.letGo, actionsOf(first)]).toEqual([reason, []]);
    const blocked = { ...observed, destination: serving({ orders }, { ...SERVING, ...BLOCK }, noted) };
    expect(actionsOf(run(asked(first.status), blocked))).toEqual(['LiftBlock']);
    const answer = run(asked(first.status), { ...observed, destination: serving() });
    expect(conditionOf(answer, 'RollbackRefused')).toMatchObject({ reason });
    expect(answer.status).toMatchObject({ phase: 'RollbackWindow', lastHandledRollback: 'please' });
  });

  it('begins anew where the process that held it has let go', () => {
    const over = { orders, [`${BACK}-over`]: {} };
    for (const status of [timed, held]) {
      const first = run(asked(status), world({ destination: holding(SERVING, over) }));
      expect(first.status.rollback?.letGo).toBe('Interrupted');
      const next = run(asked(first.status), world({ destination: holding(SERVING, over) }));
      expect(next.actions).toMatchObject([{ type: 'DropAliases', aliases: [`${BACK}-over`] }]);
    }
  });

  it('gives the old index back whatever has become of the new one', () => {
    const { destinationShards: _unknown, ...unread } = back();
    expect(actionsOf(run(asked(held), unread))).toContain('LiftBlock');
  });

  it('moves whole definitions in one call when nothing was written since', () => {
    expect(run(asked(held), world({ destination: holding() })).actions).toEqual([
      {
        type: 'RollBack',
        source: { index: 'orders-v1', uuid: 'orders-v1-uuid' },
        destination: { index: 'orders-v2', uuid: 'orders-v2-uuid' },
        through: BACK,
        moved: [{ name: 'orders', definition: orders }],
        maxSeqNos: [120],
      },
    ]);
  });

  it('flushes while a checkpoint hangs back, and waits for it', () => {
    const observed = world({ destination: holding(), destinationShards: shard(121, 120) });
    const decision = run(asked(held), observed);
    expect(decision.actions).toEqual([
      { type: 'Flush', target: { index: 'orders-v2', uuid: 'orders-v2-uuid' } },
    ]);
    expect(decision.status.rollback?.letGo).toBeUndefined();
  });

  it('is refused when the destination has new writes, with their number', () => {
    const decision = run(asked(held), world({ destination: holding(), destinationShards: shard(123) }));
    expect(decision.status).toMatchObject({ newWrites: 3, rollback: { letGo: 'NewWrites' } });
    expect(actionsOf(decision)).toEqual([]);
  });

  it('is refused when nobody knows what the destination had', () => {
    const { cutoverMaxSeq: _unknown, ...rest } = held;
    const { cutover: _cutover, ...bare } = noted;
    const destination = serving({ orders, [BACK]: {} }, { ...SERVING, ...BLOCK }, bare);
    expect(run(asked(rest), world({ destination })).status.rollback?.letGo).toBe('NewWrites');
  });

  it('loses new writes only when that is asked for in so many words', () => {
    const value = 'discard-new-writes';
    const status = { ...held, rollback: { ...rollback, deadline, asked: value, verified: true } };
    const destination = serving(
      { orders, [BACK]: {} },
      { ...SERVING, ...BLOCK },
      { ...mark, rollback: value },
    );
    const decision = run(
      request(status, {}, asking(value)),
      world({ destination, destinationShards: shard(123) }),
    );
    expect(actionsOf(decision)).toEqual(['RollBack']);
  });

  it('lets go in the order in which nothing late can act, then answers', () => {
    const refused = { ...held, newWrites: 3, rollback: { ...rollback, verified: true, letGo: 'NewWrites' } };
    const over = { orders, [`${BACK}-over`]: {} };
    const worlds = [
      holding(),
      serving(over, { ...SERVING, ...BLOCK }, noted),
      serving(over, SERVING, noted),
      serving({ orders }, SERVING, noted),
      serving(),
    ];
    const steps = worlds.map((destination) => run(asked(refused), world({ destination })));
    expect(steps.map(actionsOf)).toEqual([
      ['MoveEpochAlias'],
      ['LiftBlock'],
      ['DropAliases'],
      ['SetMeta'],
      [],
    ]);
    expect(steps[1]?.actions).toMatchObject([{ through: `${BACK}-over` }]);
    expect(JSON.stringify(steps[3]?.actions)).not.toContain('rollback');
    const last = steps[4];
    expect(last?.status).toMatchObject({
      phase: 'RollbackWindow',
      lastHandledRollback: 'please',
      rollbackRefused: 'NewWrites',
    });
    expect(last?.status.rollback).toBeUndefined();
    expect(last && conditionOf(last, 'RollbackRefused')?.message).toContain('3');
    expect(last && stage(asked(last.status))).toBe('RollbackWindow');
    expect(last && stage(request(last.status, {}, asking('again')))).toBe('RollingBack');
  });

  it.each([
    ['withdrawn', request(held), world({ destination: holding() })],
    ['asked for with another value', request(held, {}, asking('other')), world({ destination: holding() })],
    [
      'overtaken by the deletion',
      request(held, {}, { ...deleted, ...asking('please') }),
      world({ destination: holding() }),
    ],
    ['overtaken by a later request', asked(held), world({ destination: holding(BLOCK, { [BACK]: {} }) })],
    ['left without a source', asked(held), world({ sources: [], destination: holding() })],
    ['disturbed: its alias is gone', asked(held), world({ destination: holding(BLOCK, { orders }) })],
    ['wanted while the old index is closed', asked(begun), world({ sources: [{ ...kept(), closed: true }] })],
    [
      'wanted while another request copies the destination',
      asked(begun),
      world({ destination: serving({ orders, 'es-steward-12345678-1': {} }) }),
    ],
  ])('lets go when it is %s', (_, resource, observed) => {
    const decision = run(resource, observed);
    expect(decision.status.rollback?.letGo).toBeDefined();
    expect(actionsOf(decision)).toEqual([]);
  });

  it.each([
    ['the old index', 'orders-v1', { sources: [{ ...kept(), closed: true }] }],
    ['the new index', 'orders-v2', { destination: { ...serving(), closed: true } }],
  ])('is refused while %s is closed, and says how to open it', (_, name, over) => {
    const first = run(asked(begun), world(over));
    expect(actionsOf(first)).toEqual([]);
    const answer = run(asked(first.status), world(over));
    expect(conditionOf(answer, 'RollbackRefused')?.message).toContain(`POST /${name}/_open`);
    expect(answer.status).toMatchObject({ phase: 'RollbackWindow', lastHandledRollback: 'please' });
    expect(answer.status.rollback).toBeUndefined();
  });

  it.each([
    [
      'SourceReadOnly',
      { sources: [index('orders-v1', { blocks: { write: 'true', read_only: 'true' } }, {})] },
    ],
    ['SourceReadOnly', { sources: [index('orders-v1', { blocks: { read_only_allow_delete: 'true' } }, {})] }],
    ['DestinationReadOnly', { destination: serving({ orders }, { blocks: { read_only: 'true' } }) }],
  ])('is refused as %s before what serves is blocked', (reason, over) => {
    const first = run(asked(begun), world(over));
    expect(actionsOf(first)).toEqual([]);
    const answer = run(asked(first.status), world(over));
    expect(conditionOf(answer, 'RollbackRefused')).toMatchObject({ reason });
    expect(answer.status).toMatchObject({ phase: 'RollbackWindow', lastHandledRollback: 'please' });
  });

  it.each(['AliasRefused', 'MissingPrivileges'])(
    'frees what serves where Elasticsearch refuses the move: %s',
    (letGo) => {
      const refused = { ...held, rollback: { ...rollback, verified: true, letGo } };
      const blocked = serving({ orders }, { ...SERVING, ...BLOCK }, noted);
      expect(actionsOf(run(asked(refused), world({ destination: blocked })))).toEqual(['LiftBlock']);
      const answer = run(asked(refused), world());
      expect(conditionOf(answer, 'RollbackRefused')).toMatchObject({
        reason: letGo,
        message: expect.stringMatching(/ orders (for|from) /),
      });
    },
  );

  it('frees what serves also where it came to be protected meanwhile', () => {
    const letGo = { ...held, rollback: { ...rollback, verified: true, letGo: 'Overtaken' } };
    const blocked = serving({ orders }, { ...SERVING, ...BLOCK }, noted);
    const observed = world({ destination: blocked, protects: () => true });
    expect(actionsOf(run(asked(letGo), observed))).toEqual(['LiftBlock']);
  });

  it('never lifts a block on the destination that was there before', () => {
    const own = { ...rollback, blockedBefore: true, letGo: 'NewWrites' };
    const decision = run(
      asked({ ...held, rollback: own }),
      world({ destination: serving({ orders }, BLOCK) }),
    );
    expect(actionsOf(decision)).toEqual([]);
  });

  describe('whose status was lost while it blocked the destination', () => {
    it('is taken up again, and let go when nobody asks for it any more', () => {
      const decision = run(request(inWindow), world({ destination: holding() }));
      expect(decision.status.rollback).toMatchObject({ asked: 'please', blockedBefore: false });
      expect(run(request(decision.status), world({ destination: holding() })).status.rollback?.letGo).toBe(
        'Withdrawn',
      );
    });

    it('still knows a block that was there before', () => {
      const theirs = { ...noted, rollbackBlockedBefore: true };
      const destination = serving({ orders, [BACK]: {} }, { ...SERVING, ...BLOCK }, theirs);
      expect(run(asked(inWindow), world({ destination })).status.rollback?.blockedBefore).toBe(true);
      expect(stage(request(inWindow), world({ destination }))).toBe('RollbackWindow');
    });

    it('leaves a block alone that somebody has set since', () => {
      const destination = serving({ orders }, { ...SERVING, ...BLOCK });
      expect(stage(request(inWindow), world({ destination }))).toBe('RollbackWindow');
    });
  });

  it('gives the old index back and keeps the new one out of sight', () => {
    expect(run(asked(held), back()).actions).toMatchObject([
      { type: 'SetSettings', target: { index: 'orders-v1' }, settings: { 'index.hidden': null } },
      { type: 'LiftBlock', target: { index: 'orders-v1' } },
      {
        type: 'SetSettings',
        target: { index: 'orders-v2' },
        settings: { 'index.hidden': true, 'index.lifecycle.name': null },
      },
    ]);
  });

  const gone = {
    sources: [index('orders-v1', {}, { orders })],
    destination: holding({ ...BLOCK, hidden: 'true' }, {}),
  };

  it('ends as RolledBack, which is no success', () => {
    const decision = run(asked(held), back(gone));
    expect(decision).toMatchObject({
      status: { phase: 'RolledBack', lastHandledRollback: 'please' },
      ready: { type: 'stalled', reason: 'RolledBack' },
      holds: false,
      events: [{ type: 'Normal', reason: 'RolledBack' }],
    });
    expect(conditionOf(decision, 'Complete')?.status).toBe('False');
    expect(stage(asked(decision.status), back(gone))).toBe('Over');
  });

  it('names at its end those aliases only that have moved back', () => {
    const taken = run(asked({ ...held, aliasesMoved: ['orders', 'taken'] }), back(gone));
    expect(taken.ready.message).toMatch(/^orders moved back to orders-v1;/);
  });

  it('says also at rest which index is left without writes', () => {
    const end = run(asked(held), back(gone));
    const blocked = conditionOf(end, 'WritesBlocked');
    expect(blocked).toMatchObject({
      reason: 'RollbackWindow',
      message: expect.stringMatching(/^orders-v2 /),
    });
    const conditions = (end.conditions ?? []).map((one) => ({ ...one, lastTransitionTime: MOVED_AT }));
    const { destination: _unread, ...rest } = world({ sources: [] });
    const atRest = run(asked({ ...end.status, conditions }), { ...rest, destination: undefined });
    expect(conditionOf(atRest, 'WritesBlocked')).toEqual(blocked);
  });

  it('says nothing at its end of a block that others have set', () => {
    const theirs = { ...held, rollback: { ...rollback, blockedBefore: true } };
    expect(conditionOf(run(asked(theirs), back(gone)), 'WritesBlocked')).toBeUndefined();
  });

  it('is finished when the status was lost behind it', () => {
    const first = run(request({}), back(gone));
    expect(run(request(first.status), back(gone)).status.phase).toBe('RolledBack');
  });

  it.each([
    ['at all', {}],
    ['any more, and waited for its connection since', { phase: 'Pending' }],
  ] as const)('is finished by a status that knows nothing of it %s', (_, lost: ReindexRequestStatus) => {
    expect(stage(request(lost), back())).toBe('RollingBack');
    expect(stage(request({ ...lost, attempt: 2 }), back())).not.toBe('RollingBack');
  });

  it('finishes also when the resource is deleted meanwhile', () => {
    const decision = run(request(held, {}, deleted), back(gone));
    expect(decision).toMatchObject({ status: { phase: 'RolledBack' }, holds: false });
  });

  it('waits while the request is suspended', () => {
    expect(stage(asked(inWindow, { suspend: true }))).toBe('RollbackWindow');
  });
});

describe('cleaning up', () => {
  it('looks for writes behind the fence while the block is still there', () => {
    const decision = run(request(moved, noWindow), world());
    expect(decision.status).toMatchObject({ phase: 'CleaningUp', writesAfterFence: 0 });
    expect(actionsOf(decision)).toEqual([]);
  });

  it('gives the old index back as it was', () => {
    expect(actionsOf(run(request(cleaning, noWindow), world()))).toEqual(['SetSettings', 'LiftBlock']);
  });

  it('then forgets that the block was its own: whoever sets one from now on is somebody else', () => {
    const blocking = serving({ orders }, SERVING, { ...mark, blocks: true });
    const shown = index('orders-v1', BLOCK, {});
    expect(
      actionsOf(run(request(cleaning, noWindow), world({ sources: [shown], destination: blocking }))),
    ).toEqual(['LiftBlock']);
    const free = world({ sources: [index('orders-v1', {}, {})], destination: blocking });
    expect(run(request(cleaning, noWindow), free).actions).toMatchObject([
      { type: 'SetMeta', meta: { 'es-steward': { blocks: false } } },
    ]);
    const frozen = serving(
      { orders },
      { ...SERVING, blocks: { metadata: 'true' } },
      { ...mark, blocks: true },
    );
    const frozenWorld = world({ sources: [index('orders-v1', {}, {})], destination: frozen });
    expect(run(request(cleaning, noWindow), frozenWorld).status.phase).toBe('Completed');
    const destination = serving({ orders }, SERVING, { ...mark, blocks: false });
    const lost = run(request({}, noWindow), world({ sources: [shown], destination }));
    const next = run(request(lost.status, noWindow), world({ sources: [shown], destination }));
    expect(actionsOf(next)).not.toContain('LiftBlock');
  });

  it('also when its shards are lost', () => {
    expect(actionsOf(run(request(cleaning, noWindow), unread()))).toEqual(['SetSettings', 'LiftBlock']);
  });

  it.each([
    [
      'lifts no block that was there before',
      { plan: { ...moved.plan, blockedBefore: true } },
      ['SetSettings'],
    ],
    ['shows no index that was hidden before', { sourceHidden: true }, ['LiftBlock']],
  ])('%s', (_, status, actions) => {
    // A cast: the table changes one member of the plan.
    const resource = request({ ...cleaning, ...status } as ReindexRequestStatus, noWindow);
    expect(actionsOf(run(resource, world()))).toEqual(actions);
  });

  it('then is complete', () => {
    const decision = run(request(cleaning, noWindow), world({ sources: [index('orders-v1', {}, {})] }));
    expect(decision).toMatchObject({
      status: { phase: 'Completed', progress: { percent: 100 }, endTime: '2026-03-01T12:00:00.000Z' },
      ready: { type: 'ready' },
      holds: false,
    });
    expect(decision.status.rollbackUntil).toBeUndefined();
  });
});

describe('deleting the source', () => {
  const intended: ReindexRequestStatus = { ...cleaning, intent: { type: 'DeleteSource', time: MOVED_AT } };

  it('has its intent in status before it deletes, and says what must still hold', () => {
    const first = run(request(cleaning, deleting), world());
    expect(first.status.intent?.type).toBe('DeleteSource');
    expect(actionsOf(first)).toEqual([]);
    const target = { index: 'orders-v1', uuid: 'orders-v1-uuid' };
    const beside = { index: 'orders-v2', uuid: 'orders-v2-uuid' };
    expect(run(request(first.status, deleting), world()).actions).toEqual([
      { type: 'DeleteSource', target, maxSeqNos: [99], beside },
    ]);
    const guarded = { protects: (name: string) => name === 'orders-v2' };
    const readOnly = { destination: serving({ orders }, { ...SERVING, blocks: { read_only: 'true' } }) };
    for (const over of [guarded, readOnly])
      expect(run(request(first.status, deleting), world(over)).actions).toMatchObject([
        { beside: undefined },
      ]);
  });

  it('says so in the words of the seed, then is complete', () => {
    const first = run(request(intended, deleting), world({ sources: [] }));
    expect(first.status.progress).toMatchObject({ percent: 99, message: 'Deleted index: orders-v1' });
    const second = run(request(first.status, deleting), world({ sources: [] }));
    expect(second.status).toMatchObject({ phase: 'Completed', progress: { percent: 100 } });
  });

  it('is told once, and at the end', () => {
    const first = run(request(intended, deleting), world({ sources: [] }));
    expect(first.events).toMatchObject([{ type: 'Normal', reason: 'SourceDeleted' }]);
    const second = run(request(first.status, deleting), world({ sources: [] }));
    expect(second.events?.map(({ reason }) => reason)).toEqual(['Completed']);
    expect(second.ready.message).toContain('orders-v1 is deleted');
  });

  it('is not said to be its own where somebody else has deleted the old index', () => {
    const decision = run(request(cleaning, deleting), world({ sources: [] }));
    expect(decision.events?.map(({ reason }) => reason)).toEqual(['Completed']);
    expect(decision.ready.message).not.toContain('is deleted');
  });

  it('waits for a snapshot instead of asking without end', () => {
    const decision = run(request({ ...intended, sourceBusy: true }, deleting), world());
    expect(decision.next).toBeGreaterThan(1_000);
    expect(decision.ready.type).toBe('ready');
  });

  it('waits while the request is suspended', () => {
    const decision = run(request(cleaning, { ...deleting, suspend: true }), world());
    expect(decision).toMatchObject({ ready: { type: 'suspended' }, holds: true });
    expect(actionsOf(decision)).toEqual([]);
    expect(conditionOf(decision, 'WritesBlocked')?.message).toContain(
      'orders-v1 takes no writes until it is',
    );
  });

  it('never happens because the resource is deleted', () => {
    expect(actionsOf(run(request(cleaning, deleting, deleted), world()))).toEqual([
      'SetSettings',
      'LiftBlock',
    ]);
  });

  // A cast: nothing else of it is asked.
  const waitingForIt = { hides: kept().uuid, phase: 'RollbackWindow' } as unknown as Peer;

  it('does not happen by default', () => {
    expect(actionsOf(run(request(cleaning), world()))).not.toContain('DeleteSource');
  });

  it('happens to nobody else under that name', () => {
    const stranger = { ...kept(), uuid: 'another' };
    const decision = run(request(cleaning, deleting), world({ sources: [stranger] }));
    expect(decision.status.phase).toBe('Completed');
    expect(actionsOf(decision)).toEqual([]);
  });

  it.each([
    ['it is protected', world({ protects: () => true }), cleaning],
    ['no alias has moved away', world(), { ...cleaning, aliasesMoved: [] }],
    ['no alias has moved away, and it is red', unread(), { ...cleaning, aliasesMoved: [] }],
    ['an alias leads to it', world({ sources: [kept({ other: {} })] }), cleaning],
    ['it took writes behind the fence', world(), { ...cleaning, writesAfterFence: 1 }],
    ['the window of another request is open', world({ peers: [waitingForIt] }), cleaning],
    ['the destination is gone', world({ destination: undefined }), cleaning],
    ['the destination was made anew', world({ destination: { ...serving(), uuid: 'x' } }), cleaning],
    ['it is closed', unread({ sources: [{ ...kept(), closed: true }] }), cleaning],
    ['the destination is closed', world({ destination: { ...serving(), closed: true } }), cleaning],
    [
      'the destination does not keep the content',
      world({
        destination: {
          ...serving(),
          mappings: { ...Object(serving().mappings), _source: { enabled: false } },
        },
      }),
      cleaning,
    ],
    [
      'a query or script has left documents out',
      world({ counts: { source: 101, destination: 100 } }),
      cleaning,
    ],
    [
      'the destination has lost most documents',
      world({ counts: { source: 100, destination: 49 } }),
      cleaning,
    ],
  ])('keeps it for good when %s', (_, observed, status) => {
    const decision = run(request(status, deleting), observed);
    expect(decision.status.sourceKept).toBeDefined();
    expect(decision.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'SourceKept' }),
    );
    expect(actionsOf(run(request(decision.status, deleting), observed))).not.toContain('DeleteSource');
  });

  it('says how many documents would be lost', () => {
    const decision = run(request(cleaning, deleting), world({ counts: { source: 130, destination: 100 } }));
    expect(decision.status.sourceKept).toBe('orders-v1 was not deleted: 30 of its documents were not copied');
  });

  it('does not count what could not be written, which is in the error index', () => {
    const progress = { percent: 99, display: '99%', message: 'm', quarantined: 2 };
    const observed = world({ counts: { source: 102, destination: 100 } });
    const decision = run(request({ ...intended, progress }, deleting), observed);
    expect(actionsOf(decision)).toEqual(['DeleteSource']);
  });

  it('keeps it when nobody knows any more how many documents a query has chosen', () => {
    const status = { ...cleaning, destination: { index: 'orders-v2', uuid: 'orders-v2-uuid' } };
    const some = { ...deleting, source: { index: 'orders-v1', query: { match_all: {} } } };
    expect(run(request(status, some), world()).status.sourceKept).toContain('not known any more');
    expect(run(request(status, deleting), world()).status.sourceKept).toBeUndefined();
  });

  it('waits for shards that cannot be read, says so, and does not ask all the time', () => {
    const decision = run(request(intended, deleting), unread());
    expect(decision.ready.message).toContain('GET _cluster/allocation/explain');
    expect(decision.next).toBe(60_000);
    expect(decision.status.sourceKept).toBeUndefined();
  });

  it('waits while the clock of the nodes is not known, as the window may not be over', () => {
    const { nodeSkewSeconds: _known, ...observed } = world();
    const decision = run(request(intended, deletingLater('30s')), observed);
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.ready.message).toContain('clocks');
    expect(decision.next).toBe(60_000);
    expect(actionsOf(run(request(intended, deleting), observed))).toEqual(['DeleteSource']);
  });

  it('opens the window again that a clock has ended too early, and moves back as long as it lasts', () => {
    const spec = deletingLater('11m');
    const first = run(request({ ...intended, sourceBusy: true }, spec, asking('please')), world());
    expect(first).toMatchObject({ next: 'now', ready: { type: 'ready' } });
    expect(first.status).toMatchObject({
      phase: 'RollbackWindow',
      rollbackUntil: '2026-03-01T12:10:00.000Z',
    });
    expect([first.status.intent, first.status.sourceBusy]).toEqual([undefined, undefined]);
    expect(conditionOf(first, 'WritesBlocked')?.status).toBe('True');
    expect(stage(request(first.status, spec, asking('please')))).toBe('RollingBack');
  });

  it('opens it again also for a suspended request and for what would keep the index', () => {
    const at = (over: Over, observed = world()) =>
      run(request(cleaning, { ...deletingLater('11m'), ...over }), observed).status;
    expect(at({ suspend: true }).phase).toBe('RollbackWindow');
    const missing = at({}, world({ counts: { source: 130, destination: 100 } }));
    expect([missing.phase, missing.sourceKept]).toEqual(['RollbackWindow', undefined]);
  });

  it('deletes at the end of a window that was open again', () => {
    const later = (resource: CopyRequest) => decide(resource, world(), NOW + 600_000);
    let { status } = run(request(intended, deletingLater('11m')), world());
    for (let pass = 0; pass < 2; pass++) ({ status } = later(request(status, deletingLater('11m'))));
    expect(actionsOf(later(request(status, deletingLater('11m'))))).toEqual(['DeleteSource']);
  });

  it.each([
    ['updates', { source: 100, destination: 100 }],
    ['adds', { source: 102, destination: 100 }],
  ])('keeps it, and tells of the writes, when somebody %s documents while it waits', (_, counts) => {
    const decision = run(request(intended, deleting), world({ shards: shard(101), counts }));
    expect(decision.status).toMatchObject({
      writesAfterFence: 2,
      sourceKept: 'orders-v1 was not deleted: it has taken writes that the destination does not have',
    });
    expect(decision.events?.map(({ reason }) => reason)).toEqual(['WritesAfterFence', 'SourceKept']);
    expect(conditionOf(decision, 'WritesAfterFence')?.status).toBe('True');
  });

  it('counts one write as one', () => {
    const lost = run(request(inWindow), world({ shards: shard(100) }));
    expect(conditionOf(lost, 'WritesAfterFence')?.message).toContain('has taken 1 write after');
    const refused = { ...inWindow, newWrites: 1, rollbackRefused: 'NewWrites' } as const;
    const told = conditionOf(run(request(refused), world()), 'RollbackRefused');
    expect(told?.message).toContain('has taken 1 write since');
  });

  it('finds out what it held when its shards can be read again', () => {
    const first = run(request(moved, deleting), unread());
    expect(first.status).toMatchObject({ phase: 'CleaningUp' });
    expect(first.status.writesAfterFence).toBeUndefined();
    const second = run(request(first.status, deleting), world());
    expect(second.status.intent?.type).toBe('DeleteSource');
  });

  it('keeps it when it is not known what it held', () => {
    const { writesAfterFence: _unknown, cutoverMaxSeq: _neither, ...rest } = cleaning;
    const { cutover: _nor, ...bare } = mark;
    const destination = serving({ orders }, SERVING, bare);
    expect(run(request(rest, deleting), world({ destination })).status.sourceKept).toContain('not known');
  });
});

describe('after the end', () => {
  it('does nothing ever after', () => {
    const progress = { percent: 100, display: '100%', message: 'm' };
    const decision = run(request({ phase: 'Completed', progress }), world({ sources: [] }));
    expect(decision).toMatchObject({ next: 'changed', ready: { type: 'ready' }, actions: [] });
  });

  const completed: ReindexRequestStatus = {
    ...moved,
    phase: 'Completed',
    endTime: '2026-03-01T11:59:50.000Z',
    progress: { percent: 100, display: '100%', message: 'Reindex complete' },
  };

  it.each([
    ['stays for ever', {}, 'changed', undefined],
    ['waits for its time', { ttlAfterFinished: '1m' }, 50_000, undefined],
    ['goes when it has come', { ttlAfterFinished: '10s' }, 0, true],
  ])('a request %s', (_, over, next, remove) => {
    const decision = run(request(completed, over), world());
    expect([decision.next, decision.remove]).toEqual([next, remove]);
  });

  const skewed = { apiServerSkewSeconds: 61 };
  it('does not go while the clock is known to be wrong, and looks again soon', () => {
    const decision = run(request(completed, { ttlAfterFinished: '10s' }), world(skewed));
    expect([decision.next, decision.remove]).toEqual([60_000, undefined]);
    expect(run(request(completed), world(skewed)).next).toBe('changed');
  });

  it.each([{}, { ttlAfterFinished: '1h' }])(
    'has ended once a clock that is right can say when: %j',
    (over) => {
      const free = { sources: [index('orders-v1', {}, {})] };
      const ended = run(request(cleaning, over), world({ ...free, ...skewed }));
      expect(ended).toMatchObject({ status: { phase: 'Completed' }, next: 60_000 });
      expect(ended.status.endTime).toBeUndefined();
      const later = run(request(ended.status, over), world(free));
      expect(later.status.endTime).toBe('2026-03-01T12:00:00.000Z');
      expect(later.remove).toBeUndefined();
    },
  );

  it('looks again when its time comes, from the moment it ends', () => {
    const free = world({ sources: [index('orders-v1', {}, {})] });
    const decision = run(request(cleaning, { ttlAfterFinished: '1m' }), free);
    expect(decision).toMatchObject({ status: { phase: 'Completed' }, next: 60_000 });
    expect(decision.remove).toBeUndefined();
  });

  it.each<[string, ReindexRequestStatus, string]>([
    ['its documents', cleaning, 'Reindex complete: 100 documents in orders-v2'],
    [
      'one as one',
      { ...cleaning, destination: { index: 'orders-v2', uuid: 'orders-v2-uuid', documents: 1 } },
      'Reindex complete: 1 document in orders-v2',
    ],
    ['no number where the status was lost', {}, 'Reindex complete: copied to orders-v2'],
    [
      'what is in quarantine',
      { ...cleaning, progress: { percent: 99, display: '99%', message: 'm', quarantined: 2 } },
      'Reindex complete: 100 documents in orders-v2, 2 in orders-v2-error',
    ],
    [
      'what an earlier attempt has left',
      { ...cleaning, attempt: 2, errorIndex: { name: 'orders-v2-error', attempt: 1 } },
      'Reindex complete: 100 documents in orders-v2; orders-v2-error is left as it is, with what attempt 1 could not write, all of it copied or deleted since: delete it if nobody needs it',
    ],
    [
      'no earlier attempt where it has errors of its own',
      {
        ...cleaning,
        errorIndex: { name: 'orders-v2-error', attempt: 1 },
        progress: { percent: 99, display: '99%', message: 'm', quarantined: 2 },
      },
      'Reindex complete: 100 documents in orders-v2, 2 in orders-v2-error',
    ],
  ])('says %s', (_, status, message) => {
    const free = world({ sources: [index('orders-v1', {}, {})] });
    let decision = run(request(status, noWindow), free);
    for (let pass = 0; pass < 2; pass++) decision = run(request(decision.status, noWindow), free);
    expect([decision.status.phase, decision.ready.message]).toEqual(['Completed', message]);
    expect(decision.status.progress?.message).toBe(message);
    expect(JSON.stringify(decision)).not.toMatch(/\b0 documents/);
  });

  it('says that nothing is proven and nothing has moved, with CopyOnly', () => {
    const free = world({ sources: [index('orders-v1', {}, {})] });
    const { destination: _uncounted, ...rest } = cleaning;
    const progress = { percent: 99, display: '99%', message: 'm', completed: 7 };
    const status = { ...rest, aliasesMoved: [], progress };
    const decision = run(request(status, { writeMode: 'CopyOnly' }), free);
    expect(decision.ready.message).toMatch(/: 7 documents copied to orders-v2; CopyOnly proves nothing/);
    expect(conditionOf(decision, 'Complete')?.message).toContain('no alias was to move');
  });

  it('goes only at its end, not while it holds something', () => {
    expect(run(request(inWindow, { ttlAfterFinished: '0s' }), world()).remove).toBeUndefined();
  });

  it('answers a rollback that is asked for too late, once', () => {
    const first = run(request(completed, {}, asking('late')), world());
    expect(conditionOf(first, 'RollbackRefused')?.reason).toBe('WindowClosed');
    const second = run(request(first.status, {}, asking('late')), world());
    expect(second.status).toEqual(first.status);
    expect(second.events).toEqual([]);
  });

  const free = index('orders-v1', {}, {});
  const lost = 'copied to orders-v2, which was deleted since';
  const whole = '100 documents in orders-v2';
  const recreated = { ...serving(), uuid: 'anew' };
  it.each<[string, Partial<Observed>, string, string, string]>([
    ['the new index was deleted', { destination: undefined }, lost, 'DestinationGone', 'orders-v1 is as it'],
    ['it was recreated', { destination: recreated }, lost, 'DestinationGone', 'POST /_aliases'],
    ['the old index was deleted', { sources: [] }, whole, 'SourceGone', 'orders-v1'],
    ['the aliases were moved on', { destination: serving({}) }, whole, 'AliasesGone', 'GET /_alias'],
  ])('says what has ended the window before its time: %s', (_, over, result, reason, says) => {
    const observed = world({ sources: [free], ...over });
    let decision = run(request(inWindow), observed);
    for (let pass = 0; pass < 2; pass++) decision = run(request(decision.status), observed);
    expect(decision.ready.message).toBe(`Reindex complete: ${result}`);
    const refused = run(request(decision.status, {}, asking('late')), observed);
    const message = expect.stringMatching(new RegExp(`^(?!.*there was none).*${says}`));
    expect(conditionOf(refused, 'RollbackRefused')).toMatchObject({ reason, message });
  });

  it('says so of none that has ended by its time, or is open again', () => {
    const ended = run(request(inWindow, noWindow), world({ destination: undefined }));
    expect(ended.status).toMatchObject({ phase: 'CleaningUp' });
    expect(ended.status.rollbackEnded).toBeUndefined();
    const again = { ...inWindow, rollbackEnded: 'AliasesGone' } as const;
    expect(run(request(again, noWindow), world()).status.rollbackEnded).toBeUndefined();
  });

  it('does not say that aliases lead to an index that is gone', () => {
    const first = run(request(inWindow), world({ destination: undefined }));
    expect([first.status.phase, first.ready.message]).toEqual([
      'CleaningUp',
      'no alias that was moved to orders-v2 leads there any more',
    ]);
  });

  it.each([
    ['that stays', {}],
    ['that waits for its time to go', { ttlAfterFinished: '1h' }],
  ])('answers one whose aliases have moved on without being called again, for a request %s', (_, over) => {
    const observed = world({ sources: [index('orders-v1', {}, {})], destination: serving({}) });
    const ended = run(request(cleaning, over, asking('late')), observed);
    expect(ended).toMatchObject({ status: { phase: 'Completed' }, next: 'now' });
    const answered = run(request(ended.status, over, asking('late')), observed);
    expect(answered.status.lastHandledRollback).toBe('late');
    expect(answered.events).toContainEqual(expect.objectContaining({ reason: 'RollbackRefused' }));
    expect(answered.next).not.toBe('now');
  });
});
