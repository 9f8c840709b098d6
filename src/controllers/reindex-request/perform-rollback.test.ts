import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { Holder, Obligation } from '../../runtime/obligations.ts';
import type { EffectContext } from './perform-effect.ts';
import { blockDestination, rollBack } from './perform-rollback.ts';

const answered = (status: number, error: object) =>
  classifyAnswer({ method: 'POST', path: '/_aliases' }, { status, body: { error } });

const index = (uuid: string, isBlocked: boolean) => ({
  aliases: {},
  mappings: {},
  settings: {
    index: {
      uuid,
      number_of_shards: '1',
      number_of_replicas: '0',
      ...(isBlocked && { blocks: { write: 'true' } }),
    },
  },
});

/** Both indexes as they have to be right before the move back. */
const judged = { source: 'o', destination: 'n', blocked: true, maxSeqNo: 4 };

/**
 * @param answer of the move back.
 * @param since what has come of the indexes after they were judged.
 * @param onceSealed what has come of them by the second look.
 */
function cluster(
  answer: unknown,
  since: Partial<typeof judged> = {},
  onceSealed: Partial<typeof judged> = {},
) {
  const sent: unknown[] = [];
  const request = async ({ method, path, body }: ElasticsearchRequest) => {
    const now = { ...judged, ...since, ...(sent.length > 0 && onceSealed) };
    const { source, destination, blocked, maxSeqNo } = now;
    const shard = startedPrimary({ documents: 1, maxSeqNo });
    if (path === '/old') return { old: index(source, true) };
    if (path === '/new') return { new: index(destination, blocked) };
    if (method === 'GET')
      return {
        _shards: { failed: 0, successful: 1, total: 1 },
        indices: { new: { shards: { 0: [shard] } } },
      };
    sent.push(body);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const log = { info: () => {}, warn: () => {} };
  // A cast: only what is used.
  return {
    es: { request },
    sent,
    resource: { metadata: { uid: 'u' } },
    pass: { now: 0, signal: new AbortController().signal, log },
  } as unknown as EffectContext & { readonly sent: readonly unknown[] };
}

const action = {
  type: 'RollBack',
  source: { index: 'old', uuid: 'o' },
  destination: { index: 'new', uuid: 'n' },
  through: 'es-steward-abcdef01-back-1',
  moved: [{ name: 'eu', definition: {} }],
  maxSeqNos: [4],
} as const;

const removalOf = (alias: string) => ({ remove: { index: 'new', alias, must_exist: true } });

const held = { rollback: { asked: 'please', number: 1, blockedBefore: false, verified: true } };

it.each([
  ['AliasRefused', 400, 'illegal_argument_exception'],
  ['MissingPrivileges', 403, 'security_exception'],
])('lets go where Elasticsearch refuses the move for good: %s', async (letGo, status, type) => {
  const change = await rollBack(action, cluster(answered(status, { type, reason: 'refused' })));
  expect(change?.(held)).toEqual({ rollback: { ...held.rollback, letGo } });
});

it('reads what has happened where somebody else was first', async () => {
  const gone = { type: 'aliases_not_found_exception', reason: 'aliases [x] missing' };
  expect(await rollBack(action, cluster(answered(404, gone)))).toBeUndefined();
});

it.each([
  ['a cluster without a master', answered(503, { type: 'master_not_discovered_exception', reason: '' })],
  [
    'a block, which the next pass judges',
    answered(403, { type: 'cluster_block_exception', reason: 'blocked' }),
  ],
  ['a proxy', answered(400, { reason: 'Bad Request' })],
])('tries again after an answer of %s', async (_, error) => {
  await expect(rollBack(action, cluster(error))).rejects.toBeInstanceOf(ElasticsearchError);
});

it('moves the aliases back where all is as it was judged', async () => {
  const context = cluster({ acknowledged: true });
  await rollBack(action, context);
  const to = 'es-steward-abcdef01-back-1-last';
  expect(context.sent).toEqual([
    { actions: [removalOf(action.through), { add: { index: 'new', alias: to, is_hidden: true } }] },
    { actions: expect.arrayContaining([removalOf(to)]) },
  ]);
});

it('does not seal again what an earlier try has sealed', async () => {
  const context = cluster({ acknowledged: true });
  const through = 'es-steward-abcdef01-back-1-last';
  await rollBack({ ...action, through }, context);
  expect(context.sent).toEqual([{ actions: expect.arrayContaining([removalOf(through)]) }]);
});

it('moves nothing back where a write comes before what lifts the block finds nothing any more', async () => {
  const context = cluster({ acknowledged: true }, {}, { maxSeqNo: 5 });
  await expect(rollBack(action, context)).rejects.toBeInstanceOf(FencedError);
  expect(context.sent).toHaveLength(1);
});

it.each<[string, Partial<typeof judged>, readonly number[]]>([
  ['another index has the name of the source', { source: 'another' }, [4]],
  ['another index has the name of the destination', { destination: 'another' }, [4]],
  ['the block of the destination is gone', { blocked: false }, [4]],
  ['the destination has taken a write, although it is blocked', { maxSeqNo: 5 }, [4]],
  ['nothing is known of how far the destination was', {}, []],
])('moves nothing back where %s', async (_, since, maxSeqNos) => {
  const context = cluster({ acknowledged: true }, since);
  await expect(rollBack({ ...action, maxSeqNos }, context)).rejects.toBeInstanceOf(FencedError);
  expect(context.sent).toEqual([]);
});

it('owes the end of the block before it sets it', async () => {
  const order: unknown[] = [];
  const context = cluster({
    acknowledged: true,
    shards_acknowledged: true,
    indices: [{ name: 'new', blocked: true }],
  });
  const es = {
    request: async (request: ElasticsearchRequest) => {
      if (request.method === 'PUT') order.push(request.path);
      return context.es.request(request);
    },
  };
  const owe = ({ uid }: Holder, { until }: Obligation) => order.push([uid, until]);
  const deadline = '2026-03-01T12:00:30.000Z';
  const status = { rollback: { ...held.rollback, deadline } };
  const metadata = { uid: 'u', namespace: 'shop', name: 'it' };
  // A cast: only what is used.
  const at = {
    ...context,
    es,
    obligations: { owe },
    resource: { metadata, status },
  } as unknown as EffectContext;
  const through = action.through;
  const change = await blockDestination(
    { type: 'BlockDestination', target: action.destination, through, liftFirst: false },
    at,
  );
  expect(order).toEqual([['u', Date.parse(deadline)], `/${through}/_block/write`]);
  expect(change(status).rollback?.verified).toBe(true);
});
