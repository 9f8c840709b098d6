import { describe, expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { firstDocuments } from './perform-frozen-documents.ts';
import { LostView } from './perform-frozen-view.ts';

const range = { shard: 0, from: 0, to: 9 };
const { signal } = new AbortController();

/** What becomes of a search that is answered so. */
function answered(status: number, error: unknown): Promise<unknown> {
  const es: Elasticsearch = {
    request: async (request) => {
      throw classifyAnswer(request, { status, body: { error, status } });
    },
  };
  return firstDocuments(es, { pit: 'p', shardCount: 1 }, range, 10, signal);
}

function shardsFailed(...types: readonly string[]) {
  const root_cause = types.map((type) => ({ type, reason: 'why' }));
  return { root_cause, type: 'search_phase_execution_exception', reason: 'Partial shards failure' };
}

describe('a point in time', () => {
  it.for([
    ['has ended', 404, shardsFailed('search_context_missing_exception')],
    ['was of an index that is deleted', 404, { type: 'index_not_found_exception', root_cause: [] }],
    ['was on a node that has left', 500, shardsFailed('illegal_state_exception')],
    ['was on a shard that is nowhere', 503, shardsFailed('no_shard_available_action_exception')],
    ['lacks a shard without a reason', 503, shardsFailed()],
  ] as const)('is lost when it %s', async ([, status, error]) => {
    await expect(answered(status, error)).rejects.toThrow(LostView);
  });

  it.for([
    ['the cluster is overloaded', 429, shardsFailed('es_rejected_execution_exception'), 'overloaded'],
    ['memory is short', 503, shardsFailed('circuit_breaking_exception'), 'overloaded'],
    ['there is no master', 503, { type: 'cluster_block_exception', root_cause: [] }, 'unavailable'],
    ['a proxy has no backend', 503, 'no healthy upstream', 'unavailable'],
    ['a shard fails for another reason', 500, shardsFailed('null_pointer_exception'), 'serverError'],
  ] as const)('is not lost when %s', async ([, status, error, errorClass]) => {
    await expect(answered(status, error)).rejects.toMatchObject({ errorClass });
  });
});
