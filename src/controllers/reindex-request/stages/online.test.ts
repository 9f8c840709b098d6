import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  counts,
  destination,
  EPOCH,
  facts,
  fenced,
  hardened,
  inCopy,
  observed,
  orders,
  plan,
  prepared,
  request,
  run,
  source,
  stage,
  sums,
  wholeCopy,
} from '../../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { DestinationMark } from '../destination-mark.ts';
import { withoutPipelines } from '../destination-settings.ts';
import type { Observed } from '../observed.ts';
import { type Copy, LOST_SINCE, withoutRound } from '../rounds.ts';

const online = { writeMode: 'Online' };
const NEXT_EPOCH = 'es-steward-abcdef01-2';
const copy: Copy = { ...wholeCopy, round: 1, fenced: false, caughtUp: true, pit: 'pit' };
const copied: ReindexRequestStatus = { ...prepared, phase: 'CatchingUp', copy };
/** What writers would wait for under the block is done. */
const flushed: ReindexRequestStatus = { ...copied, copy: { ...copy, flushed: true } };
/** It has its own settings again, but for the pipelines, which would run on copies. */
const ready = (mark: Partial<DestinationMark> = {}) => {
  const { settings, ...index } = hardened(mark);
  return { ...index, settings: { ...(settings as object), ...withoutPipelines } };
};
const free = observed({
  ...inCopy,
  sources: [source({ aliases: { orders, [EPOCH]: {} } })],
  destination: ready(),
  shards: facts,
  destinationShards: facts,
});
const blocked = (over: Partial<Observed> = {}) => ({ ...free, sources: [fenced()], ...over });
const fencedStatus: ReindexRequestStatus = {
  ...copied,
  phase: 'Reconciling',
  blockedSince: '2026-03-01T11:59:59Z',
  fence: { verified: true, deadline: '2026-03-01T12:00:29Z' },
  copy: { ...copy, fenced: true },
};
const ask = (status: ReindexRequestStatus, world: Observed, over: object = {}) =>
  run(request(status, { ...online, ...over }), world);

describe('the way of an online copy', () => {
  const at = (status: ReindexRequestStatus, world: Observed = free, over: object = {}) =>
    stage(request(status, { ...online, ...over }), world);
  const withCopy = (over: Partial<Copy>): ReindexRequestStatus => ({ ...copied, copy: { ...copy, ...over } });

  it.each([
    ['nothing is copied', prepared, 'Copying'],
    ['a part is missing', withCopy({ done: [] }), 'Copying'],
    ['nobody has looked how far behind it is', withCopy({ caughtUp: false }), 'CatchingUp'],
    ['the destination has no replicas yet', withCopy({ hardened: false }), 'Hardening'],
    ['all is ready', withCopy({}), 'Fencing'],
  ] as const)('when %s it is %s', (_, status, expected) => {
    const world = status === prepared ? { ...free, destination: destination() } : free;
    expect(at(status, world)).toBe(expected);
  });

  it('adds what later rounds create to its documents, and not what they write again', () => {
    const progress = { percent: 92, display: '92%', message: 'm', total: 100, completed: 100, created: 100 };
    const more = { ...sums, created: 110, updated: 30 };
    const running = [{ shard: 0, from: 0, to: 99, try: 0, task: 'n:1' }];
    const status = { ...withCopy({ done: [], running, sums: more }), progress };
    const outcomes = { 'n:1': { type: 'running', counts: counts({ created: 5, updated: 1 }) } } as const;
    const seen = ask(status, { ...free, outcomes }).status;
    expect(seen.progress).toMatchObject({ total: 115, completed: 115, created: 115, updated: 31 });
    expect(ask(seen, { ...free, outcomes }).status.progress).toMatchObject({ total: 115, completed: 115 });
  });

  it('does not go back to Copying when the copy itself ends after all else was ready', () => {
    const lost: ReindexRequestStatus = {
      ...copied,
      phase: 'Hardening',
      copy: { ...copy, round: 0, pitTime: LOST_SINCE },
    };
    const { status } = ask(lost, free);
    expect([status.copy?.sealed, status.phase]).toEqual([true, 'CatchingUp']);
  });

  it('goes on to the end under the block', () => {
    expect(at(withFence({}), blocked())).toBe('Copying');
    expect(at(fencedStatus, blocked())).toBe('Verifying');
    expect(at({ ...fencedStatus, verification: { verdict: 'Equal' } }, blocked())).toBe('CuttingOver');
  });

  it.each([
    ['keeps', '2026-03-01T11:50:01Z', []],
    ['renews', '2026-03-01T11:50:00Z', ['RenewPointInTime']],
    ['renews, when a clock was set back,', '2026-03-01T13:00:00Z', ['RenewPointInTime']],
  ])('%s its point in time while it waits for approval', (_, pitTime, actions) => {
    const decision = ask(withCopy({ pitTime }), free, { approval: 'BeforeCutover' });
    expect(decision.status.phase).toBe('AwaitingApproval');
    expect(actionsOf(decision)).toEqual(actions);
  });

  it('begins another round, before writers wait, when its point in time must be lost', () => {
    const outlived = withCopy({ pitTime: '2026-03-01T11:05:00Z' });
    expect(at(outlived)).toBe('CatchingUp');
    expect(ask(outlived, free).status.copy?.sealed).toBe(true);
    expect(at(withCopy({ pitTime: '2026-03-01T11:06:00Z' }))).toBe('Fencing');
    const verification = { compared: true };
    expect(at({ ...outlived, verification })).toBe('CatchingUp');
  });

  it('does so also when its point in time was found lost, which it does not ask for again', () => {
    const lost = withCopy({ pitTime: LOST_SINCE });
    expect(at(lost, free, { approval: 'BeforeCutover' })).toBe('CatchingUp');
    expect(actionsOf(ask(withCopy({ pitTime: LOST_SINCE, done: [] }), free))).not.toContain(
      'RenewPointInTime',
    );
  });

  it('waits for the approval of exactly its plan, caught up and without a block', () => {
    const wish = { approval: 'BeforeCutover' };
    expect(at(copied, free, wish)).toBe('AwaitingApproval');
    const annotated = (value: string) =>
      request(copied, { ...online, ...wish }, { annotations: { 'es-steward.dev/approve': value } });
    expect(stage(annotated('another'), free)).toBe('AwaitingApproval');
    expect(stage(annotated(plan.hash), free)).toBe('Fencing');
    expect(run(annotated('another'), free).ready.message).toMatch(
      /approve=\w+; the annotation says another, which is another plan$/,
    );
  });

  const withFence = (over: Partial<Copy>): ReindexRequestStatus => ({
    ...fencedStatus,
    copy: { ...copy, fenced: false, ...over },
  });
});

describe('a new round', () => {
  const behind: Partial<Observed> = {
    shards: [{ shard: 0, maxSeqNo: 50_000, globalCheckpoint: 50_000, documents: 100, primaryTerm: 1 }],
  };
  const lagging: ReindexRequestStatus = { ...copied, copy: { ...copy, caughtUp: false } };

  it('takes an epoch of its own first', () => {
    const decision = ask(lagging, { ...free, ...behind });
    expect(decision.status).toMatchObject({ epoch: 2, copy: { sealed: true } });
    const moved = ask(decision.status, { ...free, ...behind });
    expect(moved.actions).toMatchObject([{ type: 'MoveEpochAlias', from: EPOCH, to: NEXT_EPOCH }]);
  });

  it.each([
    [0, 800, /meanwhile$/],
    [1, 0, /meanwhile, round 1$/],
    [1, 1, /meanwhile, round 1: 1 operation$/],
    [2, 30, /meanwhile, round 2: 30 operations$/],
  ])('of number %i and %i operations says no more than was written meanwhile', (round, operations, says) => {
    const status = { ...copied, copy: { ...copy, caughtUp: false, round, operations } };
    expect(ask(status, free).status.progress?.message).toMatch(says);
  });

  it('does not begin while a task of the last one may be running, also on a node that did not answer (H35)', () => {
    const sealed: ReindexRequestStatus = { ...lagging, copy: { ...copy, caughtUp: false, sealed: true } };
    const running = [{ id: 'n:1', opaqueId: 'x' }];
    const withTask = { ...free, ...behind, tasks: { complete: true, running } };
    expect(actionsOf(ask(sealed, withTask))).toEqual(['CancelTask']);
    const unknown = { ...free, ...behind, tasks: { complete: false, running: [] } };
    expect(actionsOf(ask(sealed, unknown))).toEqual([]);
    expect(actionsOf(ask(sealed, { ...free, ...behind }))).toEqual(['BeginRound']);
  });
});

describe('what left the source between two rounds', () => {
  const intents = [{ shard: 0, from: 0, to: 99, try: 0 }];
  const pitTime = '2026-03-01T11:59:00Z';
  const looking: Copy = { ...copy, pitTime, settled: true, departed: false, done: [], running: intents };

  it.each([
    ['while writers write', copied, free],
    ['under the block', fencedStatus, blocked()],
  ] as const)(
    'is deleted beside the copying of the ranges %s, and both belong to the round',
    (_, status, world) => {
      const journal = { ...looking, fenced: status === fencedStatus };
      const decision = ask({ ...status, copy: journal }, { ...world, ...inCopyOf(world) });
      expect(actionsOf(decision)).toEqual(['RemoveDepartures', 'StartRange']);
      expect(decision.next).toBe('now');
      const only = { ...journal, done: wholeCopy.done, running: [] };
      expect(actionsOf(ask({ ...status, copy: only }, { ...world, ...inCopyOf(world) }))).toEqual([
        'RemoveDepartures',
      ]);
    },
  );

  it('is looked up first of all where a point in time was lost: the ranges depend on it', () => {
    const lost = { ...copied, copy: { ...looking, sweep: true } };
    expect(actionsOf(ask(lost, { ...free, ...inCopyOf(free) }))).toEqual(['Sweep']);
  });

  it.each([false, true])(
    'rests with a request that is suspended, whose tasks end and count (sweep: %s)',
    (isLost) => {
      const running = intents.map((range) => ({ ...range, task: 'n:1' }));
      const status = { ...copied, copy: { ...looking, running, ...(isLost ? { sweep: true } : {}) } };
      const outcomes = { 'n:1': { type: 'copied', counts: counts() } } as const;
      const decision = ask(
        status,
        { ...free, ...inCopyOf(free), shards: facts, outcomes },
        { suspend: true },
      );
      expect(actionsOf(decision)).toEqual([]);
      expect(decision.status.copy?.running).toEqual([]);
    },
  );

  it('repeats what died with a primary under the next one, once, and sends what was only planned as of then (H47)', () => {
    const dying = { shard: 0, from: 0, to: 49, try: 0, term: 1, task: 'n:1' };
    const running = [dying, { shard: 0, from: 50, to: 99, try: 0, term: 1 }];
    const journal = { ...looking, departed: true, running, provisional: [{ shard: 0, from: 0, to: 9 }] };
    const world = {
      ...free,
      ...inCopyOf(free),
      shards: facts.map((shard) => ({ ...shard, primaryTerm: 2 })),
    };
    const outcomes = { 'n:1': { type: 'repeat', why: 'the node of the task is gone' } } as const;
    const died = ask({ ...copied, copy: journal }, { ...world, outcomes }).status.copy;
    expect(died).toMatchObject({ shards: [{ primaryTerm: 2 }], running: [{ try: 1, term: 2 }, { term: 1 }] });
    expect(died?.provisional).toBeUndefined();
    const planned = died?.running.slice(1) ?? [];
    const later = { ...copied, copy: { ...journal, ...died, running: planned, pausedUntil: undefined } };
    expect(ask(later, world).actions).toMatchObject([{ type: 'StartRange', range: { from: 50, term: 2 } }]);
  });

  it('waits for a full disk', () => {
    const full = destination({}, { settings: { blocks: { read_only_allow_delete: 'true' } } });
    const decision = ask({ ...copied, copy: looking }, { ...free, ...inCopyOf(free), destination: full });
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.ready.reason).toBe('DiskFull');
  });

  const inCopyOf = ({ sources }: Observed) => ({ sources, health: inCopy.health });
});

describe('the block of an online copy', () => {
  it('comes right after all that writers would wait for, and the time counts from then', () => {
    const ahead = ask(copied, free);
    expect(ahead.actions).toMatchObject([
      { type: 'PrepareBlock', source: { uuid: 'orders-v1-uuid' }, destination: { uuid: 'orders-v2-uuid' } },
    ]);
    expect([ahead.status.fence, ahead.status.blockedSince]).toEqual([undefined, undefined]);
    expect(ahead.status.phase).toBe('CatchingUp');
    expect(ask(flushed, free).status.fence).toBeDefined();
    // After a block that had to be lifted it is done anew.
    const freed = ask({ ...lifting, copy: { ...copy, fenced: true, flushed: true } }, free);
    expect(freed.status.copy?.flushed).toBeUndefined();
  });

  it('is made ready for once more right before it, but not where it is there already and only its proof is missing', () => {
    const noted = { ...flushed, fence: { verified: false }, blockedSince: '2026-03-01T11:59:59Z' };
    const [first] = ask(noted, free).actions ?? [];
    expect(first).toMatchObject({ type: 'BlockWrites', readied: { uuid: 'orders-v2-uuid' } });
    const ours = { ...blocked(), destination: ready({ blocks: true }) };
    const [again] = ask(noted, ours).actions ?? [];
    expect(again).toMatchObject({ type: 'BlockWrites', liftFirst: true });
    expect(again).not.toHaveProperty('readied');
  });

  it('is set by who takes over from a process that ended before it did, as no try that has failed', () => {
    const past = { verified: false, deadline: '2026-03-01T11:59:30.000Z' };
    const intended = { ...flushed, fence: past, blockedSince: '2026-03-01T11:59:00Z' };
    const [block] = ask(intended, free).actions ?? [];
    expect(block).toMatchObject({ type: 'BlockWrites', note: { meta: expect.anything() } });
    // Its call may have come through, and been lifted since.
    const called = { ...free, destination: ready({ blocks: true }) };
    expect(stage(request(intended, online), called)).toBe('Lifting');
    expect(stage(request(intended, online), blocked())).toBe('Lifting');
  });

  it('is noted with its deadline and a new epoch before it is set', () => {
    const decision = ask(flushed, free);
    expect(decision.status).toMatchObject({
      epoch: 2,
      fence: { verified: false, deadline: '2026-03-01T12:00:30.000Z' },
    });
    expect(decision.conditions).toMatchObject([{ type: 'WritesBlocked', reason: 'CutOver' }]);
    expect(actionsOf(decision)).toEqual([]);
  });

  it.each([
    ['its time is over', fencedStatus, blocked(), {}, Date.parse('2026-03-01T12:00:29Z')],
    ['somebody else has lifted it (H82)', fencedStatus, free, {}, undefined],
    ['it is suspended', fencedStatus, blocked(), { suspend: true }, undefined],
    [
      'a point in time was lost',
      { ...fencedStatus, copy: { ...copy, fenced: true, sweep: true } },
      blocked(),
      {},
      undefined,
    ],
  ] as const)('ends when %s, the epoch first (H42)', (_, status, world, over, now) => {
    const late = {
      ...status,
      ...(now ? { fence: { verified: true, deadline: '2026-03-01T11:59:00Z' } } : {}),
    };
    const noted = ask(late, world, over);
    expect(noted.status).toMatchObject({ epoch: 2, fence: { lifting: expect.any(String) } });
    expect(actionsOf(noted)).toEqual([]);
    const [held] = world.sources;
    const bumped = ask(noted.status, world, over);
    expect(bumped.actions).toMatchObject([{ type: 'MoveEpochAlias', from: EPOCH, to: NEXT_EPOCH }]);
    const next = held && { ...held, aliases: { orders, [NEXT_EPOCH]: {} } };
    const isStill = { ...world, sources: next ? [next] : [] };
    const lifted = ask(noted.status, isStill, over);
    const isFree = held === free.sources[0];
    expect(actionsOf(lifted)).toEqual(isFree ? [] : ['LiftBlock']);
    expect(lifted.status.fence === undefined).toBe(isFree);
  });

  const lifting: ReindexRequestStatus = {
    ...fencedStatus,
    epoch: 1,
    fence: { verified: true, lifting: 'maxWriteOutage is over' },
  };

  it('is tried again later, in a round like any other, and five times at the most', () => {
    const freed = ask(lifting, free);
    expect(freed.status).toMatchObject({ fenceTries: 1, outageBefore: 1_000, copy: { fenced: false } });
    expect(freed.status.blockedSince).toBeUndefined();
    expect(Date.parse(freed.status.fenceAfter ?? '')).toBeGreaterThan(Date.parse('2026-03-01T12:00:00Z'));
    const last = ask({ ...lifting, fenceTries: 4 }, free);
    expect(last.status.failure?.reason).toBe('WriteOutageExceeded');
  });

  it.each([
    ['a copy that is caught up', copied],
    ['a round that is under way', { ...copied, copy: { ...copy, done: [], caughtUp: false } }],
  ])(
    'leaves %s as it is where a release of the writers has come late and moved the epoch on (H42)',
    (_, status) => {
      const late = { ...free, sources: [source({ aliases: { orders, [NEXT_EPOCH]: {} } })] };
      const noted = ask(status, late);
      expect(noted.status).toMatchObject({ attempt: 1, epoch: 3, copy: status.copy });
      expect(actionsOf(noted)).toEqual([]);
      const to = 'es-steward-abcdef01-3';
      const moved = ask(noted.status, late);
      expect(moved.actions).toMatchObject([{ type: 'MoveEpochAlias', from: NEXT_EPOCH, to }]);
      const on = { ...free, sources: [source({ aliases: { orders, [to]: {} } })] };
      expect(stage(request(noted.status, online), on)).toBe(stage(request(status, online), free));
    },
  );

  it('copies anew under a status that is of long ago: what was copied since then is not known', () => {
    const old = { ...free, sources: [source({ aliases: { orders, 'es-steward-abcdef01-3': {} } })] };
    expect(stage(request(copied, online), old)).toBe('Preparing');
  });

  it('goes on with the copy where the release answers only after the block was known to be lifted', () => {
    const late = { ...free, sources: [source({ aliases: { orders, [NEXT_EPOCH]: {} } })] };
    const freed = ask(lifting, late);
    expect(freed.status).toMatchObject({ phase: 'CatchingUp', epoch: 1 });
    expect(freed.status.fence).toBeUndefined();
    const next = ask(freed.status, late);
    expect(next.status).toMatchObject({ attempt: 1, epoch: 3, copy: freed.status.copy });
  });

  it('does not come back before its time', () => {
    const waiting: ReindexRequestStatus = { ...flushed, fenceAfter: '2026-03-01T12:00:05Z' };
    expect(ask(waiting, free).status.fence).toBeUndefined();
  });

  it('is not waited for an hour when the clock was set back by one, nor stays as long', () => {
    const ahead = '2026-03-01T13:00:05Z';
    expect(ask({ ...flushed, fenceAfter: ahead }, free).status.fence).toBeDefined();
    const status = { ...fencedStatus, fence: { verified: true, deadline: ahead } };
    expect(stage(request(status, online), blocked())).toBe('Lifting');
    expect(stage(request(fencedStatus, online), blocked())).not.toBe('Lifting');
  });

  it('has no deadline where somebody else has blocked writes before: they do not wait for us', () => {
    const before = { ...plan, blockedBefore: true };
    const theirs = {
      ...fencedStatus,
      plan: before,
      fence: { verified: false, deadline: '2026-03-01T11:59:00Z' },
    };
    expect(stage(request(theirs, online), blocked())).toBe('Verifying');
    expect(ask({ ...flushed, plan: before }, blocked()).status.fence).toEqual({ verified: false });
  });

  it('takes back what had made the destination ready for users', () => {
    const cutover = {
      time: '2026-03-01T12:00:00Z',
      aliases: ['orders'],
      sourceHidden: false,
      maxSeq: { source: [99], destination: [99] },
    };
    const final = { ...free, destination: hardened({ state: 'final', cutover }) };
    const decision = ask(lifting, final);
    expect(decision.actions).toMatchObject([
      { type: 'SetSettings', settings: withoutPipelines },
      { type: 'SetMeta', meta: { 'es-steward': { state: 'copying' } } },
    ]);
    expect(JSON.stringify(decision.actions)).not.toContain('maxSeq');
  });

  it('of an administrator, set during the copy, is neither lifted nor counted as ours', () => {
    const half: ReindexRequestStatus = { ...copied, copy: { ...copy, done: [], caughtUp: false } };
    expect(stage(request(half, online), blocked())).toBe('Copying');
    const noted = ask(flushed, blocked());
    expect(noted.status).toMatchObject({ plan: { blockedBefore: true }, fence: { verified: false } });
    const readOnly = source({
      settings: { blocks: { read_only: 'true' } },
      aliases: { orders, [EPOCH]: {} },
    });
    expect(actionsOf(ask(lifting, { ...free, sources: [readOnly] }))).toEqual([]);
  });

  it('takes the place of one that was there before and that its owner has lifted during the copy', () => {
    const before: ReindexRequestStatus = { ...flushed, plan: { ...plan, blockedBefore: true } };
    const theirs = { ...free, destination: ready({ blockedBefore: true }) };
    const noted = ask(before, theirs);
    expect(noted.status).toMatchObject({ plan: { blockedBefore: false }, fence: { verified: false } });
    const moved = { ...theirs, sources: [source({ aliases: { orders, [NEXT_EPOCH]: {} } })] };
    expect(ask(noted.status, moved).actions).toMatchObject([
      { type: 'BlockWrites', note: { meta: { 'es-steward': { blocks: true, blockedBefore: false } } } },
    ]);
  });

  it('is lifted before any queue when the whole status is lost', () => {
    const decision = ask({}, blocked());
    expect(decision.status.fence?.lifting).toBeDefined();
    expect(stage(request({ attempt: 2, epoch: 2 }, online), blocked())).toBe('Pending');
  });

  it('is lifted when status has forgotten what it is for', () => {
    const forgotten = ask({ ...copied, blockedSince: '2026-03-01T11:00:00Z' }, blocked());
    expect(forgotten.status).toMatchObject({ epoch: 2, fence: { lifting: expect.any(String) } });
  });

  it('of somebody else is never lifted', () => {
    const theirs: ReindexRequestStatus = { ...lifting, plan: { ...plan, blockedBefore: true } };
    expect(actionsOf(ask(theirs, blocked()))).toEqual([]);
  });
});

describe('the proof of an online copy', () => {
  const verifying = { ...fencedStatus, verification: { refreshed: true } };
  const world = (copies: number, over: Partial<Observed> = {}) =>
    blocked({ counts: { source: 100, destination: copies }, ...over });

  it.each([99, 101])('looks everything up once when there are %d copies of 100 documents', (copies) => {
    const first = ask(verifying, world(copies));
    expect(first.status).toMatchObject({
      copy: { sweep: true },
      fence: { lifting: expect.any(String) },
      verification: { recount: true },
    });
    const second = ask({ ...verifying, verification: { refreshed: true, recount: true } }, world(copies));
    expect(second.status.failure?.reason).toBe('VerificationFailed');
  });

  it('takes the move into an epoch of its own', () => {
    expect(ask(verifying, world(100)).status).toMatchObject({
      phase: 'CuttingOver',
      epoch: 2,
      intent: { type: 'CutOver' },
    });
  });

  it('goes back to catching up when a shard has moved on', () => {
    const moved = [{ shard: 0, maxSeqNo: 100, globalCheckpoint: 100, documents: 101, primaryTerm: 1 }];
    const decision = ask(verifying, world(100, { shards: moved }));
    expect(decision.status.fence?.lifting).toContain('shard 0');
  });

  it.each([
    [97, true],
    [96, false],
    [100, true],
    [101, false],
  ])('with up to 3 documents left out by the script, %d copies of 100: %s', (copies, isFine) => {
    const left = { ...verifying, copy: { ...copy, fenced: true, sums: { ...sums, noops: 2, deleted: 1 } } };
    const { phase } = ask(
      { ...left, verification: { refreshed: true, recount: true } },
      world(copies),
    ).status;
    expect(phase === 'CuttingOver').toBe(isFine);
  });

  it('does not call counts equal that only lie between bounds', () => {
    const verdictWith = (left: object, copies: number) =>
      ask(
        {
          ...verifying,
          copy: { ...copy, fenced: true, sums: { ...sums, ...left } },
          verification: { refreshed: true, recount: true },
        },
        world(copies),
      ).status.verification?.verdict;
    expect(verdictWith({ noops: 2, deleted: 1 }, 97)).toMatch(/^(?!Equal).*up to 3$/);
    expect(verdictWith({}, 100)).toMatch(/^Equal/);
  });

  it('expects no document that is in quarantine', () => {
    const status = { ...verifying, copy: { ...copy, fenced: true, bad: 3 } };
    const wish = { onDocumentFailure: { policy: 'Quarantine' } };
    const decision = ask(status, world(98, { bad: 2 }), wish);
    expect(decision.status).toMatchObject({
      phase: 'CuttingOver',
      progress: { quarantined: 2 },
      verification: { verdict: expect.stringMatching(/^Equal but for 2 in quarantine: /) },
    });
    expect(decision.ready.message).toMatch(/^verified: .*, 2 in quarantine$/);
    expect(ask(status, world(100, { bad: 2 }), wish).status.phase).not.toBe('CuttingOver');
  });

  it('forgets those of an earlier proof that have been corrected since', () => {
    const progress = { percent: 97, display: '97%', message: 'm', quarantined: 3 };
    const status = { ...verifying, progress, copy: { ...copy, fenced: true, bad: 3 } };
    const decision = ask(status, world(100, { bad: 0 }), { onDocumentFailure: { policy: 'Quarantine' } });
    expect(decision.status.phase).toBe('CuttingOver');
    expect(decision.status.progress?.quarantined).toBeUndefined();
  });
});

describe('the end of a copy that moves nothing', () => {
  const wish = { writeMode: 'CopyOnly', onDocumentFailure: { policy: 'Quarantine' } };
  const status = { ...copied, copy: { ...copy, bad: 3 } };

  it('counts the documents that were left out, as they are now where that can be told', () => {
    const end = (over: Partial<Observed>) => ask(status, { ...free, destination: hardened(), ...over }, wish);
    expect(end({ bad: 2 }).status.progress?.quarantined).toBe(2);
    expect(end({ bad: 'lost' }).status.progress?.quarantined).toBe(3);
    const progress = { percent: 97, display: '97%', message: 'm', quarantined: 3 };
    const corrected = { ...free, destination: hardened(), bad: 0 };
    expect(ask({ ...status, progress }, corrected, wish).status.progress?.quarantined).toBeUndefined();
    expect(end({ bad: 2 }).conditions).toContainEqual(
      expect.objectContaining({ type: 'QuarantinedDocuments', status: 'True' }),
    );
  });
});

describe('a round whose point in time is lost', () => {
  it('is no end of a copy that proves nothing else', () => {
    const lost: ReindexRequestStatus = { ...copied, copy: withoutRound({ ...copy, round: 0 }) };
    expect(stage(request(lost, { writeMode: 'CopyOnly' }), free)).toBe('Copying');
    expect(ask(lost, free).status.copy?.sealed).toBe(true);
  });
});

describe('a comparison', () => {
  const compared = (over: Partial<Copy>): ReindexRequestStatus => ({
    ...copied,
    copy: { ...copy, ...over },
    verification: { compared: true, sampled: 100, mismatched: 2 },
  });
  const ids = { verification: { level: 'Ids' } };

  it('fails where something differs without a reason', () => {
    expect(ask(compared({}), free, ids).status.failure?.reason).toBe('VerificationFailed');
    const left = { sums: { ...sums, noops: 1, deleted: 1 } };
    expect(stage(request(compared(left), { ...online, ...ids }), free)).toBe('Fencing');
  });

  it('says how many it has compared once there are any', () => {
    const { status } = ask(copied, free, ids);
    expect(status.progress?.message).toBe('comparing ids of both indexes');
    const more = ask({ ...status, verification: { sampled: 100, mismatched: 0 } }, free, ids);
    expect(more.status.progress?.message).toBe('comparing ids of both indexes: 100 documents');
  });

  it('names two of the documents that differ', () => {
    const verification = { compared: true, sampled: 100, mismatched: 3, examples: ['7', '8', '9'] };
    const { failure } = ask({ ...compared({}), verification }, free, ids).status;
    expect(failure?.message).toContain('7 and 8');
    expect(failure?.message).not.toContain('9');
  });

  it('does not take a wrong document for one in quarantine', () => {
    const quarantine = { ...ids, onDocumentFailure: { policy: 'Quarantine' } };
    expect(ask(compared({ bad: 3 }), free, quarantine).status.failure?.reason).toBe('VerificationFailed');
  });
});

describe('a request that is suspended', () => {
  it('keeps its place and starts nothing', () => {
    const half: ReindexRequestStatus = {
      ...copied,
      phase: 'Copying',
      copy: { ...copy, done: [], caughtUp: false },
    };
    const decision = ask(half, free, { suspend: true });
    expect(decision.ready).toMatchObject({ type: 'suspended' });
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.holds).toBe(true);
    expect(decision.status.copy?.running).toEqual([]);
  });

  it('says how many of its tasks run to their end', () => {
    const running = [{ shard: 0, from: 0, to: 99, try: 0, task: 'n:1' }];
    const half = { ...copied, phase: 'Copying', copy: { ...copy, done: [], running } } as const;
    expect(ask(half, free, { suspend: true }).ready.message).toContain(': 1 running task will end');
  });

  it.each([
    ['rests', []],
    ['lets its tasks end', [{ shard: 0, from: 0, to: 99, try: 0, task: 'n:1' }]],
  ])('foretells no end while it %s', (_, running) => {
    const progress = {
      percent: 40,
      display: '40%',
      message: 'm',
      total: 100,
      completed: 44,
      documentsPerSecond: 9_000,
      remaining: '4m',
      eta: '2026-03-01T12:04:00Z',
    };
    const samples = [{ time: '2026-03-01T11:59:50Z', completed: 10 }];
    const part = { round: 0, done: [], sums: { ...sums, created: 44 }, samples };
    const half = { ...copied, phase: 'Copying', progress, copy: { ...copy, ...part, running } } as const;
    expect(
      ask({ ...half, copy: { ...half.copy, settled: true, departed: true } }, free).status.progress,
    ).toHaveProperty('eta');
    const { status } = ask(half, free, { suspend: true });
    expect(status.progress).toMatchObject({ percent: 40, total: 100 });
    for (const key of ['remaining', 'eta', 'documentsPerSecond'])
      expect(status.progress).not.toHaveProperty(key);
  });
});
