import { describe, expect, it } from 'vitest';
import {
  copying,
  EPOCH,
  fenced,
  inCopy,
  NOW,
  destination,
  observed,
  orders,
  plan,
  prepared,
  request,
  source,
} from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { servingDue, writersDue } from './perform-release.ts';
import { situationOf } from './situation.ts';

const NEXT = 'es-steward-abcdef01-2';
const AFTER_NEXT = 'es-steward-abcdef01-3';
const world = observed({ ...inCopy, sources: [fenced()] });
const deadline = '2026-03-01T12:00:30.000Z';
const online: ReindexRequestStatus = { ...copying, fence: { verified: true, deadline } };
const signal = new AbortController().signal;

const dueOf = (status: ReindexRequestStatus, seen = world, es = cluster(EPOCH)) =>
  writersDue(situationOf(request(status, { writeMode: 'Online' }), seen, NOW), es);

interface Cluster extends Elasticsearch {
  readonly sent: string[];
  isBlocked(): boolean;
}

/** An index with one epoch alias and a block; `lose` = answers that get lost after the effect, by number of the call. */
function cluster(alias: string | undefined, lose: readonly number[] = []): Cluster {
  let held = alias;
  let blocked = true;
  const sent: string[] = [];
  const carryOut = ({ path, body }: ElasticsearchRequest) => {
    if (path === '/_aliases') {
      const { actions } = body as { actions: { remove?: { alias: string }; add?: { alias: string } }[] };
      if (actions[0]?.remove?.alias !== held) throw failure('aliasNotFound', false);
      held = actions[1]?.add?.alias;
    } else {
      if (path !== `/${held}/_settings`) throw failure('indexNotFound', false);
      blocked = false;
    }
  };
  return {
    sent,
    isBlocked: () => blocked,
    request: async (call) => {
      sent.push(call.path);
      carryOut(call);
      if (lose.includes(sent.length)) throw failure('unknownOutcome', true);
      return { acknowledged: true };
    },
  };
}

function failure(errorClass: ErrorClass, outcomeUnknown: boolean): ElasticsearchError {
  return new ElasticsearchError({ errorClass, outcomeUnknown, publicMessage: errorClass });
}

describe('what is owed to writers', () => {
  it('is due at the deadline of the block, and with the end of the process', () => {
    expect(dueOf(online)).toMatchObject({ until: Date.parse(deadline), endsWithProcess: true });
  });

  it('is left to the next process where writers wait for the whole copy', () => {
    const due = writersDue(situationOf(request(copying), world, NOW), cluster(EPOCH));
    expect(due).toMatchObject({ until: undefined, endsWithProcess: false });
  });

  const noBlock = source({ aliases: { orders, [EPOCH]: {} } });
  const before = { ...plan, blockedBefore: true };
  const blind = { ...plan, sequenceNumbers: false };
  it.each([
    ['nobody is blocked', online, { ...world, sources: [noBlock] }],
    ['the block was there before', { ...online, plan: before }, world],
    ['the aliases have moved', online, { ...world, sources: [fenced({ aliases: {} })] }],
    ['a pass lifts it already', { ...online, fence: { verified: true, lifting: 'x' } }, world],
    ['it is not blocked yet', prepared, { ...world, sources: [noBlock] }],
    ['the copy would be lost with it', { ...copying, plan: blind }, world],
  ] as const)('is nothing where %s', (_, status, seen) => {
    expect(dueOf(status, seen)).toBeUndefined();
  });

  it('is still owed when the epoch has gone on and the block has stayed', () => {
    const half = { ...world, sources: [fenced({ aliases: { orders, [NEXT]: {} } })] };
    expect(dueOf(online, half)).toBeDefined();
  });
});

describe('the release', () => {
  it('moves the epoch on, and lifts the block through the new one', async () => {
    const es = cluster(EPOCH);
    await dueOf(online, world, es)?.release(signal);
    expect(es.sent).toEqual(['/_aliases', `/${NEXT}/_settings`]);
    expect(es.isBlocked()).toBe(false);
  });

  it.each([
    ['the aliases have moved', undefined],
    ['a new leader has gone on to the next epoch', NEXT],
  ])('touches nothing more when %s', async (_, alias) => {
    const es = cluster(alias);
    await dueOf(online, world, es)?.release(signal);
    expect(es.sent).toEqual(['/_aliases']);
    expect(es.isBlocked()).toBe(true);
  });

  it.each([
    ['of the move', [1], AFTER_NEXT],
    ['of the lift', [2], AFTER_NEXT],
  ])('comes to its end when the answer %s is lost', async (_, lose, last) => {
    const es = cluster(EPOCH, lose);
    const due = dueOf(online, world, es);
    await expect(due?.release(signal)).rejects.toMatchObject({ errorClass: 'unknownOutcome' });
    await due?.release(signal);
    expect(es.sent.at(-1)).toBe(`/${last}/_settings`);
    expect(es.isBlocked()).toBe(false);
  });
});

describe('what is owed while the aliases move back', () => {
  const back = 'es-steward-abcdef01-back-2';
  const rollback = { asked: 'please', number: 2, blockedBefore: false, deadline };
  const held = (aliases: object = { orders, [back]: {} }) =>
    observed({
      destination: { ...destination(), aliases: aliases as ReturnType<typeof destination>['aliases'] },
    });
  const owed = (over: object, seen = held(), es = cluster(back)) =>
    servingDue(situationOf(request({ ...copying, rollback: { ...rollback, ...over } }), seen, NOW), es);

  it('is due at its deadline, and with the end of the process', () => {
    expect(owed({})).toMatchObject({ until: Date.parse(deadline), endsWithProcess: true });
  });

  it('is still owed while it is being let go of', () => {
    const seen = held({ orders, [`${back}-over`]: {} });
    expect(owed({ letGo: 'NewWrites' }, seen)).toMatchObject({ until: Date.parse(deadline) });
  });

  it.each([
    ['the block was there before', { blockedBefore: true }, held()],
    ['the aliases have moved back, or it is let go', {}, held({ orders })],
    ['it has not come to its block', { deadline: undefined }, held()],
  ])('is nothing where %s', (_, over, seen) => {
    expect(owed(over, seen)).toBeUndefined();
  });

  it('is released in an order in which no move back can come true afterwards', async () => {
    const es = cluster(back);
    await owed({}, held(), es)?.release(signal);
    expect(es.sent).toEqual(['/_aliases', `/${back}-over/_settings`]);
    expect(es.isBlocked()).toBe(false);
  });

  it('is released also right before the aliases would have moved', async () => {
    const es = cluster(`${back}-last`);
    await owed({}, held({ orders, [`${back}-last`]: {} }), es)?.release(signal);
    expect(es.isBlocked()).toBe(false);
  });

  it('touches nothing where the aliases have moved back', async () => {
    const es = cluster(undefined);
    await owed({}, held(), es)?.release(signal);
    expect(es.isBlocked()).toBe(true);
  });

  it.each([[[1]], [[2]]])('comes to its end when the answer to call %s is lost', async (lose) => {
    const es = cluster(back, lose);
    const due = owed({}, held(), es);
    await expect(due?.release(signal)).rejects.toMatchObject({ errorClass: 'unknownOutcome' });
    await due?.release(signal);
    expect(es.isBlocked()).toBe(false);
  });
});
