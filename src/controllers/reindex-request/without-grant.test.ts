import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  copying,
  fenced,
  inCopy,
  NOW,
  observed,
  plan,
  request,
  run,
  sums,
  source,
  orders,
  EPOCH,
  shards,
  UID,
} from '../../../test/support/reindex-situations.ts';
import { CLEANUP_FINALIZER } from '../../crds/shared.ts';
import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { decide } from './decide.ts';
import { decideWithoutGrant, observeWithoutGrant } from './without-grant.ts';

const MESSAGE = 'ElasticsearchConnection infra/main does not grant namespace n';
const held = { finalizers: [CLEANUP_FINALIZER] };
const world = observed({ ...inCopy, sources: [fenced()] });
// A cast: the pass is handed on.
const pass = { now: NOW } as Pass;

/** The connection refuses all but what a suspended request does. */
const observing = (reason: string) =>
  observeWithoutGrant((asked: ReindexRequest) =>
    asked.spec.suspend ? Promise.resolve(world) : Promise.reject(new WaitingError(reason, MESSAGE, 1_000)),
  );

describe('a request whose grant was taken away', () => {
  it('is looked at as one that is suspended while it is at work', async () => {
    expect(await observing('NotGranted')(request(copying, {}, held), pass)).toEqual({
      ...world,
      revoked: MESSAGE,
    });
  });

  it.each([
    ['holds nothing', 'NotGranted', request(copying)],
    ['has served', 'NotGranted', request({ ...copying, phase: 'RollbackWindow' }, {}, held)],
    ['is refused for another reason', 'ConnectionNotReady', request(copying, {}, held)],
  ])('is refused as ever where it %s', async (_, reason, one) => {
    await expect(observing(reason)(one, pass)).rejects.toMatchObject({ reason });
  });

  it('lets go of what it holds, and says why', () => {
    const known = { ...copying, plan: { ...plan, sequenceNumbers: true } };
    const one = request(known, { writeMode: 'BlockFirst' }, held);
    const decision = decideWithoutGrant(decide)(one, { ...world, revoked: MESSAGE }, NOW);
    const suspended = run(request(known, { writeMode: 'BlockFirst', suspend: true }, held), world);
    expect([actionsOf(decision), decision.status.fence]).toEqual([
      actionsOf(suspended),
      suspended.status.fence,
    ]);
    expect(decision.status.fence?.lifting).toBe('spec.suspend');
    expect(decision).toMatchObject({
      ready: { type: 'reconciling', reason: 'NotGranted', message: MESSAGE },
      status: { progress: { message: MESSAGE } },
    });
    expect(decision.next).not.toBe('changed');
  });

  it('stops its tasks, which a suspended one lets end', () => {
    const running = [{ shard: 0, from: 0, to: 49, try: 0, task: 'n:1', term: 1 }];
    const copy = { shards, done: [], sums, running };
    const { fence: _fence, blockedSince: _since, ...open } = copying;
    const one = request({ ...open, plan: { ...plan, sequenceNumbers: true }, copy }, {}, held);
    const tasks = { complete: true, running: [{ id: 'n:1', opaqueId: `${UID}/1/0/0/0` }] };
    const free = source({ aliases: { orders, [EPOCH]: {} } });
    const copies = observed({ ...inCopy, sources: [free], tasks });
    const decision = decideWithoutGrant(decide)(one, { ...copies, revoked: MESSAGE }, NOW);
    expect(actionsOf(decision)).toEqual(['CancelTask']);
    const suspended = run(request(one.status, { suspend: true }, held), copies);
    expect(actionsOf(suspended)).toEqual([]);
  });

  it('is judged as ever once the grant is back', () => {
    const one = request(copying, {}, held);
    expect(decideWithoutGrant(decide)(one, world, NOW)).toEqual(decide(one, world, NOW));
  });
});
