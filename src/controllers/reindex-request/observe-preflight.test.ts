import { expect, it } from 'vitest';
import { index, observed, request as resource, NOW } from '../../../test/support/reindex-situations.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { readPreflight } from './observe-preflight.ts';
import { situationOf } from './situation.ts';

const shards = { _shards: { total: 1, successful: 1, failed: 0 } };
const answers: Readonly<Record<string, unknown>> = {
  '/_security/user/_has_privileges': { has_all_requested: true },
  '/_security/user/_privileges': { indices: [] },
  '/orders-v1/_stats/store': { ...shards, _all: { primaries: { store: { size_in_bytes: 1 } } } },
  '/orders-v1/_count': { ...shards, count: 1 },
  '/_nodes/stats/fs': { _nodes: { failed: 0 }, nodes: {} },
  '/_cluster/settings': {},
};

function answered(status: number, body: unknown) {
  return classifyAnswer({ method: 'POST', path: '/orders-v1/_count' }, { status, body });
}

/** A cluster that answers so when it is asked for sequence numbers. */
function cluster(answer: Error) {
  const request = async ({ path, body }: ElasticsearchRequest) => {
    if (JSON.stringify(body ?? {}).includes('_seq_no')) throw answer;
    return answers[path];
  };
  return { request };
}

const situation = situationOf(resource(), observed(), NOW);
const { signal } = new AbortController();

it('sees that sequence numbers cannot be searched', async () => {
  const refusal = answered(400, { error: { type: 'search_phase_execution_exception', reason: 'no' } });
  const { preflight } = await readPreflight(situation, cluster(refusal), signal);
  expect(preflight?.sequenceNumbersSearchable).toBe(false);
});

it('asks nothing of an index that cannot be read', async () => {
  const settings = { blocks: { read: 'true' } };
  const blocked = situationOf(resource(), observed({ sources: [index('orders-v1', { settings })] }), NOW);
  const silent = { request: () => Promise.reject(new Error('it was asked')) };
  expect(await readPreflight(blocked, silent, signal)).toEqual({});
});

it('does not take a proxy for an index whose sequence numbers cannot be searched', async () => {
  const proxy = answered(400, '<html>Bad Request');
  await expect(readPreflight(situation, cluster(proxy), signal)).rejects.toBe(proxy);
});
