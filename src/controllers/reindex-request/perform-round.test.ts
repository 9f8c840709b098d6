import { describe, expect, it } from 'vitest';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { startedPrimary, stateWithTerms } from '../../../test/support/shard-statistics.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { compareContents } from './perform-delta.ts';
import type { EffectContext } from './perform-effect.ts';
import { beginRoundAt, finishHardening, renewPointInTime, settleRound } from './perform-round.ts';
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
    // It took its time: what came in meanwhile is caught up before the block.
    const ready = { ...status, copy: { ...status.copy, flushed: true } } as ReindexRequestStatus;
    expect(change?.(ready).copy).not.toHaveProperty('flushed');
  });
});

it('compares nothing where no point in time fits into a status, and says what would do without', async () => {
  const action = { type: 'Compare', target: { index: 'new', uuid: 'new-uuid' }, page: 10 } as const;
  const without = { copy: { ...status.copy, pit: undefined } } as ReindexRequestStatus;
  const context = contextOf(() => undefined);
  const at = { ...context, resource: { ...context.resource, status: without } } as EffectContext;
  const change = await compareContents(action, at);
  expect(change?.(without).failure?.message).toContain('verification.level: Counts');
});

describe('a checkpoint that hangs back', () => {
  const target = { index: 'old', uuid: 'old-uuid' };
  const shards = { copied: 1, total: 1, failed: 0, successful: 1 };

  /** A source whose checkpoint is a few operations behind, and what was asked of it beside reading. */
  function lagging(settings: object, documents = 10, terms: readonly number[] = []) {
    const sent: string[] = [];
    const left = [...terms];
    const own = { uuid: 'old-uuid', number_of_shards: '1', number_of_replicas: '0', ...settings };
    const primary = startedPrimary({ documents, maxSeqNo: documents - 1 });
    const behind = { ...primary, seq_no: { ...primary.seq_no, global_checkpoint: documents - 6 } };
    const context = contextOf(({ method, path }) => {
      if (path === '/old') return { old: { aliases: {}, mappings: {}, settings: { index: own } } };
      if (path === '/old/_stats/docs')
        return { _shards: shards, indices: { old: { shards: { 0: [behind] } } } };
      if (path.startsWith('/_cluster/state/')) return stateWithTerms('old', left.shift());
      if (method !== 'GET') sent.push(path);
      return path.endsWith('/_pit') ? { id: 'p' } : { _shards: shards, count: 10, nodes: {} };
    });
    const planned = { ...status, plan: { sequenceNumbers: true } };
    return {
      context: { ...context, resource: { ...context.resource, status: planned } } as EffectContext,
      sent,
    };
  }

  /** The same, but with every copy in step. */
  const withoutLag =
    ({ es }: EffectContext): EffectContext['es']['request'] =>
    async (asked) =>
      JSON.parse(
        JSON.stringify(await es.request(asked)).replace('"global_checkpoint":4', '"global_checkpoint":9'),
      );

  const begin = { type: 'BeginRound', target, fenced: false } as const;

  it('is flushed for where the translog is asynchronous, and else is of the next round', async () => {
    const async = lagging({ translog: { durability: 'ASYNC' } });
    await beginRoundAt({ ...begin, before: undefined }, async.context);
    expect(async.sent).toEqual(['/old/_flush', '/old/_refresh', '/old/_pit']);
    const inFlight = lagging({});
    const begun = await beginRoundAt({ ...begin, before: undefined }, inFlight.context);
    expect(inFlight.sent).toEqual(['/old/_refresh', '/old/_pit']);
    expect(begun?.(status).copy).toMatchObject({ settled: false, shards: [{ maxSeqNo: 4, settle: 9 }] });
  });

  it('is what is copied first, in ranges of twenty of the batches that the spec allows', async () => {
    const { context } = lagging({}, 400_005);
    const { spec, status: planned } = context.resource;
    const resource = { spec: { ...spec, throttle: { batchSize: 10_000 } }, status: planned };
    const begun = await beginRoundAt({ ...begin, before: undefined }, {
      ...context,
      resource,
    } as EffectContext);
    const fresh = { plan: { sequenceNumbers: true } } as ReindexRequestStatus; // only what is used
    expect(begun?.(fresh).copy?.shards).toMatchObject([{ maxSeqNo: 399_999, rangeWidth: 200_000 }]);
  });

  it.each([
    ['is a number that is nowhere any more', 10, 1],
    ['was an operation of another primary', 4, 2],
  ])('is not waited for where it %s: the round begins anew', async (_, settle, term) => {
    const { context, sent } = lagging({}, 10, [term]);
    const shard = { shard: 0, maxSeqNo: 4, settle, primaryTerm: 1 };
    const settling = { copy: { pit: 'p', shards: [shard] } } as unknown as ReindexRequestStatus; // only what is used
    const at: EffectContext = { ...context, resource: { ...context.resource, status: settling } };
    const change = await settleRound({ type: 'SettleRound', target, flush: true }, at);
    expect(change?.(settling).copy).toMatchObject({ discarded: true });
    expect(change?.(settling).copy?.pit).toBeUndefined();
    expect(sent).toEqual(['/_pit']);
  });

  it('leaves a round unsettled whose primary changed while its point in time was opened', async () => {
    const settledBy = async (terms: readonly number[]) => {
      const { context } = lagging({}, 10, terms);
      const inStep = { ...context, es: { request: withoutLag(context) } } as EffectContext;
      return (await beginRoundAt({ ...begin, before: undefined }, inStep))?.(status).copy?.settled;
    };
    expect(await settledBy([1, 1])).toBe(true);
    expect(await settledBy([1, 2])).toBe(false);
  });

  it.each([true, false])('is waited for before a round settles, with a flush: %s', async (flush) => {
    const { context, sent } = lagging({});
    const shard = { shard: 0, maxSeqNo: 4, settle: 9, primaryTerm: 1 };
    const settling = { copy: { shards: [shard] } } as unknown as ReindexRequestStatus; // only what is used
    const at: EffectContext = { ...context, resource: { ...context.resource, status: settling } };
    expect(await settleRound({ type: 'SettleRound', target, flush }, at)).toBeUndefined();
    expect(sent).toEqual(flush ? ['/old/_flush'] : []);
  });
});

it('does while settings are given back what writers would wait for later', async () => {
  const sent: string[] = [];
  const settings = (uuid: string) => ({
    index: { uuid, number_of_shards: '1', number_of_replicas: '0' },
  });
  const context = contextOf(({ method, path }) => {
    if (method !== 'GET') sent.push(path);
    const [name = ''] = path.slice(1).split('/');
    if (method === 'GET')
      return { [name]: { aliases: {}, mappings: {}, settings: settings(`${name}-uuid`) } };
    return { _shards: { failed: 0, successful: 1 } };
  });
  const spec = { ...context.resource.spec, writeMode: 'Online', destination: { createFrom: 'None' } };
  const source = { index: 'old', uuid: 'old-uuid' };
  const copying = { ...status, source, copy: { ...status.copy, operations: 70 } };
  const at = { ...context, resource: { ...context.resource, spec, status: copying } } as EffectContext;
  const action = { type: 'FinishHardening', target: { index: 'new', uuid: 'new-uuid' } } as const;
  const { copy } = (await finishHardening(action, at))(copying as ReindexRequestStatus);
  expect(sent.sort()).toEqual(['/new/_refresh', '/old/_flush']);
  // What came in meanwhile is no measure for the round before.
  expect(copy).toMatchObject({ hardened: true, flushed: true, caughtUp: false });
  expect(copy?.operations).toBeUndefined();
});
