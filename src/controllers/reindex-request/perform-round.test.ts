import { describe, expect, it } from 'vitest';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { compareContents } from './perform-delta.ts';
import type { EffectContext } from './perform-effect.ts';
import { renewPointInTime } from './perform-round.ts';
import { LOST_SINCE } from './rounds.ts';

const NOW = '2026-03-01T12:00:00.000Z';
const status = {
  copy: { pit: 'old', pitTime: '2026-03-01T11:00:00.000Z', shards: [{ shard: 0, maxSeqNo: -1 }] },
} as unknown as ReindexRequestStatus; // only what is used

function contextOf(answer: (request: ElasticsearchRequest) => unknown): EffectContext {
  const spec = { source: {}, verification: { level: 'Ids' } };
  const pass = { now: Date.parse(NOW), signal: new AbortController().signal };
  const es = { request: async (request: ElasticsearchRequest) => answer(request) };
  return { es, resource: { spec, status }, pass } as unknown as EffectContext; // only what is used
}

const failing = (type: string, code: number) =>
  contextOf((request) => {
    const error = { type: 'search_phase_execution_exception', root_cause: [{ type, reason: 'why' }] };
    throw classifyAnswer(request, { status: code, body: { error, status: code } });
  });

async function renewed(context: EffectContext) {
  const { copy } = (await renewPointInTime({ type: 'RenewPointInTime', pit: 'old' }, context))(status);
  return [copy?.pit, copy?.pitTime];
}

describe('the time of a point in time', () => {
  const answer = (successful: number) => ({
    timed_out: false,
    _shards: { total: 2, successful, failed: 0 },
    hits: { hits: [] },
    pit_id: 'new',
  });

  it('begins anew, for all of its shards', async () => {
    let sent: ElasticsearchRequest | undefined;
    const context = contextOf((request) => {
      sent = request;
      return answer(2);
    });
    expect(await renewed(context)).toEqual(['new', NOW]);
    expect(sent).toMatchObject({ query: { allow_partial_search_results: false } });
  });

  it.each([
    ['it is lost', 'search_context_missing_exception', 404],
    ['one of its shards is nowhere', 'no_shard_available_action_exception', 503],
  ])('is long ago when %s', async (_, type, code) => {
    expect(await renewed(failing(type, code))).toEqual(['old', LOST_SINCE]);
  });

  it('is as it was when the answer says nothing of it', async () => {
    await expect(renewed(failing('es_rejected_execution_exception', 429))).rejects.toMatchObject({
      errorClass: 'overloaded',
    });
    await expect(renewed(contextOf(() => answer(1)))).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('begins anew with each part of a comparison', async () => {
    const action = { type: 'Compare', target: { index: 'new', uuid: 'new-uuid' }, page: 10 } as const;
    const settings = { index: { uuid: 'new-uuid', number_of_shards: '1', number_of_replicas: '0' } };
    const context = contextOf(({ method, path }) => {
      if (method === 'GET') return { new: { aliases: {}, mappings: {}, settings } };
      return path.endsWith('/_pit') ? { id: 'p' } : { _shards: { failed: 0, successful: 1 } };
    });
    const change = await compareContents(action, context);
    expect(change?.(status)).toMatchObject({ copy: { pitTime: NOW }, verification: { compared: true } });
  });
});
