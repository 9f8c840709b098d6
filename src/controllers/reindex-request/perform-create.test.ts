import { describe, expect, it } from 'vitest';
import { UID } from '../../../test/support/reindex-situations.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { FencedError, WaitingError } from '../../runtime/errors.ts';
import { entranceAlias } from './names.ts';
import { createDestination, creationRefusal } from './perform-create.ts';
import type { EffectContext } from './perform-effect.ts';

/** As the server answered, 9.4.3. */
function answer(status: number, type: string | undefined, reason: string) {
  return classifyAnswer({ method: 'PUT', path: '/orders-v2' }, { status, body: { error: { type, reason } } });
}

const STREAM =
  'cannot create index with name [ds-2], because it matches with template [stream] that creates data streams only, use create data stream api instead';
const LIMIT =
  'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [27]/[1] maximum normal shards open;';

describe('an index that is refused', () => {
  it.each([
    [
      'for data streams',
      400,
      'illegal_argument_exception',
      STREAM,
      'index template stream is for data streams',
    ],
    [
      'as a second write index',
      500,
      'illegal_state_exception',
      'alias [wr] has more than one write index [wr-2,wr-1]',
      'a second write index of alias wr',
    ],
    ['for its mapping', 400, 'mapper_parsing_exception', 'secret', '(mapper_parsing_exception)'],
  ])('%s is refused for good, with the cure', (_, status, type, reason, said) => {
    const refusal = creationRefusal('orders-v2', answer(status, type, reason));
    expect(refusal?.message).toContain('orders-v2');
    expect(refusal?.message).toContain(said);
    expect(refusal?.message).not.toContain('secret');
  });

  it.each([
    ['a proxy', answer(400, undefined, 'no')],
    ['a cluster without a master', answer(503, 'master_not_discovered_exception', 'no')],
    ['a fault of the cluster', answer(500, 'illegal_state_exception', 'something else')],
    ['a fault of our own', new Error('no')],
  ])('by %s may be made later', (_, error) => {
    expect(creationRefusal('orders-v2', error)).toBeUndefined();
  });

  it('for want of shards waits for room', () => {
    const error = answer(400, 'validation_exception', LIMIT);
    expect(() => creationRefusal('orders-v2', error)).toThrow(WaitingError);
  });
});

describe('creating the destination', () => {
  function cluster(aliases: object, refusal?: Error, removal?: Error, remade = 'u') {
    const sent: unknown[] = [];
    let uuid = 'u';
    const request = async ({ method, path, query, body }: ElasticsearchRequest) => {
      const settings = { index: { uuid, number_of_shards: '1', number_of_replicas: '0' } };
      if (method === 'GET') return { new: { aliases, mappings: {}, settings } };
      if (path === '/new' && refusal) throw refusal;
      if (path === '/_aliases') uuid = remade;
      if (path === '/_aliases' && removal) throw removal;
      if (method === 'DELETE') sent.push(`deleted ${path}`);
      if (method === 'DELETE') return { acknowledged: true };
      sent.push(path === '/new' ? query?.['wait_for_active_shards'] : body);
      return { acknowledged: true, shards_acknowledged: false };
    };
    // A cast: only what is used.
    const context = {
      es: { request },
      pass: { signal: new AbortController().signal, log: { warn: () => {} } },
    } as unknown as EffectContext;
    return { context, sent };
  }
  const action = { type: 'CreateDestination', index: 'new', body: {} } as const;

  it('takes the aliases of index templates away at once, and waits for no shard before', async () => {
    const { context, sent } = cluster({ orders: {}, more: { is_write_index: true } });
    await createDestination(action, context);
    const remove = ['orders', 'more'].map((alias) => ({ remove: { index: 'new', alias } }));
    expect(sent).toEqual([0, { actions: remove }]);
  });

  it('leaves it the one that tasks write through', async () => {
    const { context, sent } = cluster({ orders: {}, [entranceAlias(UID, 1)]: {} });
    await createDestination(action, context);
    expect(sent).toEqual([0, { actions: [{ remove: { index: 'new', alias: 'orders' } }] }]);
  });

  it('asks for nothing more where there are none', async () => {
    const { context, sent } = cluster({});
    await createDestination(action, context);
    expect(sent).toEqual([0]);
  });

  it('keeps no index whose aliases it may not take away', async () => {
    const forbidden = answer(403, 'security_exception', 'no');
    const { context, sent } = cluster({ orders: {} }, undefined, forbidden);
    const change = await createDestination(action, context);
    expect(sent).toEqual([0, 'deleted /new']);
    expect(change?.({}).failure).toMatchObject({
      reason: 'PreflightFailed',
      message: expect.stringContaining('alias orders'),
    });
  });

  it('says the cure also where there are more aliases than a status can name', async () => {
    const many = Array.from({ length: 500 }, (_, at) => [`orders-of-last-year-${at}`, {}]);
    const { context } = cluster(Object.fromEntries(many), undefined, answer(403, 'security_exception', 'no'));
    const { message = '' } = (await createDestination(action, context))?.({}).failure ?? {};
    expect(message).toContain('extend its role');
    expect(message.length).toBeLessThanOrEqual(4_096);
  });

  it('deletes none that was made anew under its name meanwhile', async () => {
    const forbidden = answer(403, 'security_exception', 'no');
    const { context, sent } = cluster({ orders: {} }, undefined, forbidden, 'another');
    await expect(createDestination(action, context)).rejects.toThrow(FencedError);
    expect(sent).toEqual([0]);
  });

  it('touches no alias of an index that somebody was quicker to make', async () => {
    const taken = answer(400, 'resource_already_exists_exception', 'index [new/u] already exists');
    const { context, sent } = cluster({ orders: {} }, taken);
    expect(await createDestination(action, context)).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('ends the request where Elasticsearch refuses it for good', async () => {
    const { context } = cluster({}, answer(400, 'illegal_argument_exception', STREAM));
    const change = await createDestination(action, context);
    expect(change?.({}).failure?.reason).toBe('PreflightFailed');
  });
});
