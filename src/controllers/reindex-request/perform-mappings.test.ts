import { expect, it } from 'vitest';
import { startedPrimary, stateWithTerms } from '../../../test/support/shard-statistics.ts';
import { request as resourceWith } from '../../../test/support/reindex-situations.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { EffectContext } from './perform-effect.ts';
import { followMappings } from './perform-mappings.ts';
import { beginRoundAt, finishHardening } from './perform-round.ts';

const keyword = { type: 'keyword' };
const both = { a: keyword, b: keyword };
const action = {
  target: { index: 'orders-v1', uuid: 'o' },
  destination: { index: 'orders-v2', uuid: 'n' },
};

const shard = startedPrimary({ documents: 1, maxSeqNo: 4 });
const stats = {
  _shards: { failed: 0, successful: 1, total: 1 },
  indices: { 'orders-v1': { shards: { 0: [shard] } } },
};

/** The source has been given the field `b`; the first is what is put to the destination, if anything is. */
function cluster(over: object = {}, refusal?: Error) {
  const sent: unknown[] = [];
  const index = (uuid: string, properties: object) => ({
    aliases: {},
    mappings: { dynamic: 'strict', properties },
    settings: { index: { uuid, number_of_shards: '1', number_of_replicas: '0' } },
  });
  const request = async ({ method, path, body }: ElasticsearchRequest) => {
    if (path === '/orders-v1') return { 'orders-v1': index('o', both) };
    if (path.endsWith('/_stats/docs')) return stats;
    if (path.startsWith('/_cluster/state/')) return stateWithTerms('orders-v1');
    if (method === 'GET') return { 'orders-v2': index('n', { a: keyword }) };
    if (refusal) throw refusal;
    sent.push([path, body]);
    return { acknowledged: true };
  };
  const log = { info: () => {}, warn: () => {} };
  const pass = { signal: new AbortController().signal, log };
  // A cast: only what is used.
  return {
    sent,
    context: { es: { request }, resource: resourceWith({}, over), pass } as unknown as EffectContext,
  };
}

it('gives the destination what the source was given since', async () => {
  const { sent, context } = cluster();
  expect(await followMappings(action, context)).toBeUndefined();
  expect(sent).toEqual([['/orders-v2/_mapping', { properties: { b: keyword } }]]);
});

it('says a field as the request does', async () => {
  const mappings = { properties: { b: { type: 'long' } } };
  const { sent, context } = cluster({ destination: { index: 'orders-v2', mappings } });
  await followMappings(action, context);
  expect(sent).toEqual([['/orders-v2/_mapping', { properties: { b: { type: 'long' } } }]]);
});

it.each(['Template', 'Empty'])('leaves a destination alone that is made from %s', async (createFrom) => {
  const { sent, context } = cluster({ destination: { index: 'orders-v2', createFrom } });
  await followMappings(action, context);
  expect(sent).toEqual([]);
});

const answered = (status: number, error: object) =>
  classifyAnswer({ method: 'PUT', path: '/x' }, { status, body: { error } });

it('ends the request where Elasticsearch refuses them', async () => {
  const refusal = answered(400, { type: 'illegal_argument_exception', reason: 'Limit of total fields' });
  const begin = { type: 'BeginRound', fenced: false, ...action } as const;
  const change = await beginRoundAt(begin, cluster({}, refusal).context);
  expect(change?.({})).toMatchObject({ failure: { reason: 'MappingConflict' } });
});

it('ends it before writers have to wait', async () => {
  const refusal = answered(400, { type: 'illegal_argument_exception', reason: 'Limit of total fields' });
  const { context } = cluster({}, refusal);
  const status = { source: { index: 'orders-v1', uuid: 'o' } };
  const resource = { ...context.resource, status };
  const action = { type: 'FinishHardening', target: { index: 'orders-v2', uuid: 'n' } } as const;
  const change = await finishHardening(action, { ...context, resource });
  expect(change({})).toMatchObject({ failure: { reason: 'MappingConflict' } });
});

it('tries again what may pass', async () => {
  const { context } = cluster({}, answered(503, { type: 'master_not_discovered_exception', reason: '' }));
  await expect(followMappings(action, context)).rejects.toBeInstanceOf(ElasticsearchError);
});
