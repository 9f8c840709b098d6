import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  copied,
  destination,
  fenced,
  inCopy,
  observed,
  plan,
  planned,
  request,
  run,
  shards,
  source,
} from '../../../test/support/reindex-situations.ts';
import { RENEW_MS } from './lock-watch.ts';
import type { Claim, Observed } from './observed.ts';

const lock = (name: string) => ({ name, seqNo: 1, primaryTerm: 1, owner: undefined });
const ours = (name: string, blocks = true): Claim => ({ name, by: 'us', lock: lock(name), blocks });
const theirs = (name: string, abandoned: boolean): Claim => ({
  name,
  by: 'other',
  holder: 'far/away',
  lock: lock(name),
  blocks: true,
  abandoned,
});
const names = ['orders', 'orders-v1', 'orders-v2'];
const theirAlias = { 'es-steward-ffffffff-3': {} };

describe('the locks of a plan', () => {
  const validating = { ...planned, phase: 'Validating', locks: names } as const;
  const judge = (world: Partial<Observed>, status: object = validating) =>
    run(request(status), observed(world));

  it('are in status before they are taken', () => {
    const decision = judge({}, { phase: 'Validating' });
    expect(decision.status.locks).toEqual(names);
    expect(actionsOf(decision)).toEqual([]);
  });

  it('are taken before anything is tried, with what a successor must know', () => {
    const decision = judge({ claims: [ours('orders'), { name: 'orders-v1', by: 'nobody' }] });
    expect(decision.actions).toMatchObject([{ type: 'HoldLocks', blocks: true }]);
    expect(decision.holds).toBe(true);
    expect(actionsOf(judge({ claims: names.map((name) => ours(name)) }))).toEqual(['TryOut']);
  });

  it('that somebody else has meanwhile send it back into the queue, without those that it has', () => {
    const decision = judge({ claims: [ours('orders'), theirs('orders-v1', false)] });
    expect(decision.status).toMatchObject({
      phase: 'Pending',
      turn: { holder: 'far/away', name: 'orders-v1' },
    });
    expect(decision.status.plan).toBeUndefined();
    expect(decision.actions).toEqual([{ type: 'ReleaseLocks', names }]);
  });

  it.each<[string, Partial<Observed>, boolean]>([
    ['that copied', { sources: [source({ aliases: { orders: {}, ...theirAlias } })] }, true],
    ['that did not', {}, false],
  ])('inherit the write block of an owner %s', (_, world, blocks) => {
    const decision = judge({ ...world, claims: [theirs('orders-v1', true)] });
    expect(decision.actions).toMatchObject([{ type: 'HoldLocks', claims: [{ by: 'other', blocks }] }]);
  });

  it('end what their last owner has left: first its epoch alias, then its block', () => {
    const status = { ...validating, plan: { ...plan, blockedBefore: true } };
    const claims = [ours('orders-v1')];
    const left = fenced({ aliases: { orders: {}, ...theirAlias } });
    expect(judge({ sources: [left], claims }, status).actions).toMatchObject([
      { type: 'DropAliases', aliases: Object.keys(theirAlias) },
    ]);
    const blocked = fenced({ aliases: { orders: {} } });
    expect(actionsOf(judge({ sources: [blocked], claims }, status))).toEqual(['LiftBlock']);
    expect(actionsOf(judge({ sources: [blocked], claims: [ours('orders-v1', false)] }, status))).toEqual([
      'TryOut',
    ]);
    expect(judge({ claims }, status).status.plan?.blockedBefore).toBe(false);
  });
});

describe('what was taken over with the locks', () => {
  const held = {
    ...planned,
    phase: 'Validating',
    locks: names,
    plan: { ...plan, blockedBefore: true },
  } as const;
  const failure = { reason: 'PreflightFailed', message: '' };

  it.each([
    ['is suspended', held, { suspend: true }, {}],
    ['is cancelled', held, { cancel: true }, {}],
    ['fails', { ...held, failure }, {}, {}],
    ['is deleted', held, {}, { deletionTimestamp: '2026-03-01T11:59:00Z' }],
  ])('is ended by a request that %s before it has begun', (_, status, over, metadata) => {
    const judge = (world: Partial<Observed>) => run(request(status, over, metadata), observed(world));
    const claims = [ours('orders-v1')];
    const left = fenced({ aliases: { orders: {}, ...theirAlias } });
    expect(actionsOf(judge({ sources: [left], claims }))).toEqual(['DropAliases']);
    const blocked = fenced({ aliases: { orders: {} } });
    expect(actionsOf(judge({ sources: [blocked], claims }))).toEqual(['LiftBlock']);
    for (const claim of [ours('orders-v1', false), theirs('orders-v1', false)])
      expect(actionsOf(judge({ sources: [blocked], claims: [claim] }))).toEqual(['ReleaseLocks']);
  });
});

describe('a request that has its turn', () => {
  const held = { ...copied, locks: names };

  it('says so when it is due, and looks again in time', () => {
    const suspended = { sequenceNumbers: true };
    const decision = run(
      request(
        { ...held, fence: undefined, blockedSince: undefined, plan: { ...plan, ...suspended } },
        {
          writeMode: 'Online',
          suspend: true,
        },
      ),
      observed({
        ...inCopy,
        sources: [source({ aliases: { 'es-steward-abcdef01-1': {} } })],
        claims: [ours('orders')],
      }),
    );
    expect(decision.ready.reason).toBe('Suspended');
    expect(decision.actions).toEqual([{ type: 'RenewLocks', names, blocks: true }]);
    expect(decision.next).toBe(RENEW_MS);
  });

  it('writes lost locks again', () => {
    const decision = run(request(held), observed({ ...inCopy, claims: [{ name: 'orders', by: 'nobody' }] }));
    expect(actionsOf(decision)).toContain('RenewLocks');
  });

  it('has them written down again when its status has lost them, or never had any, and holds them from then on', () => {
    const { locks: _locks, ...bare } = held;
    const found = run(request(bare), observed({ ...inCopy }));
    expect(found.status.locks).toEqual(names);
    expect(actionsOf(found)).not.toContain('RenewLocks');
    const claims: Claim[] = [{ name: 'orders', by: 'nobody' }];
    expect(actionsOf(run(request(found.status), observed({ ...inCopy, claims })))).toContain('RenewLocks');
  });

  it.each([
    ['whose status was lost', {}],
    ['whose status has lost them', { ...planned, locks: undefined }],
  ])('lets them go when it is cancelled, also one %s', (_, status) => {
    const decision = run(request(status, { cancel: true }), observed());
    expect(decision.status.phase).toBe('Cancelled');
    expect(decision.actions).toEqual([{ type: 'ReleaseLocks', names }]);
    expect(
      run(request({ ...decision.status, locks: undefined }, { cancel: true }), observed()).actions,
    ).toEqual([]);
  });

  it('fails when somebody has taken over, and neither lifts their block nor takes a final copy for moved', () => {
    const claims = [theirs('orders-v1', false)];
    const lost = run(request(held), observed({ ...inCopy, claims }));
    expect(lost.status.failure?.reason).toBe('TurnLost');
    const world = observed({
      ...inCopy,
      sources: [fenced({ aliases: { orders: {}, ...theirAlias } })],
      destination: destination({ state: 'final' }),
      claims,
    });
    expect(run(request(held), world).status.failure?.reason).toBe('TurnLost');
    const end = run(
      request({
        ...held,
        copy: {
          ...copied.copy,
          shards,
          done: [],
          running: [],
          sums: { created: 0, updated: 0, noops: 0, deleted: 0, versionConflicts: 0, batches: 0 },
        },
        failure: { reason: 'TurnLost', message: 'm' },
      }),
      world,
    );
    expect(end.status.phase).toBe('Failed');
    expect(end.actions).toEqual([{ type: 'ReleaseLocks', names }]);
  });

  const alone = names.map((name): Claim => ({ name, by: 'nobody' }));

  it.each([
    ['whose heir has moved the aliases on and keeps the source blocked for a way back', {}, []],
    ['whose alias somebody has taken away by hand', { orders: {} }, ['LiftBlock']],
  ])('fails when it comes back as one %s', (_, aliases, undone) => {
    const world = observed({ ...inCopy, sources: [fenced({ aliases })], claims: alone });
    const lost = run(request(held), world);
    expect(lost.status.failure?.reason).toBe('TurnLost');
    expect(actionsOf(lost)).toEqual([]);
    const undoing = run(request(lost.status), { ...world, destination: destination({ blocks: true }) });
    expect(actionsOf(undoing).filter((type) => type === 'LiftBlock')).toEqual(undone);
    expect(actionsOf(undoing)).not.toContain('RenewLocks');
  });

  it('goes on where its alias is still to be put on the source', () => {
    const before = { ...planned, locks: names };
    const world = observed({ claims: names.map((name) => ours(name)) });
    expect(run(request(before), world).status.failure).toBeUndefined();
  });

  it.each([
    ['was never asked for', {}, { orders: {} }],
    ['was never asked for, and the heir has moved the aliases on', {}, {}],
    [
      'left its aliases on the source',
      { intent: { type: 'CutOver', time: '2026-01-01T00:00:00Z' } },
      { orders: {} },
    ],
    ['left its aliases to an heir', { intent: { type: 'CutOver', time: '2026-01-01T00:00:00Z' } }, {}],
  ])('does not take a move for done that %s, when the heir is gone already', (_, status, aliases) => {
    const world = observed({
      ...inCopy,
      sources: [fenced({ aliases })],
      destination: destination({ state: 'final' }),
      claims: alone,
    });
    const decision = run(request({ ...held, ...status }), world);
    expect(decision.status.aliasesMoved).toBeUndefined();
    expect(actionsOf(decision)).not.toContain('LiftBlock');
    expect(decision.status.phase).not.toBe('Completed');
  });
});
