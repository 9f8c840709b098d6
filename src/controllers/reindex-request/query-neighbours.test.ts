import { describe, expect, it } from 'vitest';
import { actionsOf, observed, request, run } from '../../../test/support/reindex-situations.ts';
import { neighbourFault } from './query-neighbours.ts';

const refused = [
  [{ has_child: { type: 'line', query: { match_all: {} } } }, 'has_child'],
  [{ bool: { filter: [{ has_parent: { parent_type: 'order', query: {} } }] } }, 'has_parent'],
  [{ knn: { field: 'vector', query_vector: [1, 2], k: 5 } }, 'knn'],
  [{ more_like_this: { like: 'words' } }, 'more_like_this'],
  [{ sparse_vector: { field: 'tokens', query_vector: { a: 1 } } }, 'sparse_vector'],
  [{ function_score: { query: { match: { text: 'words' } }, min_score: 0.5 } }, 'least score'],
  [{ bool: { must: { script_score: { query: {}, script: {}, min_score: 0 } } } }, 'least score'],
] as const;

describe('a query that chooses documents by others', () => {
  const judge = (query: unknown, writeMode: string) =>
    run(request({ phase: 'Validating' }, { source: { index: 'orders-v1', query }, writeMode }), observed());

  it.each(refused)('as %j is refused where writers write, and only there', (query, why) => {
    const { status } = judge(query, 'Online');
    expect(status.failure).toMatchObject({
      reason: 'PreflightFailed',
      message: expect.stringContaining(why),
    });
    expect(judge(query, 'BlockFirst').status.failure).toBeUndefined();
  });

  it.each([
    [{ term: { knn: 'a' } }],
    [{ match: { knn: { query: 'a' } } }],
    [{ term: { semantic: { value: 'a' } } }],
    [{ parent_id: { type: 'line', id: '1' } }],
    [{ nested: { path: 'lines', query: { match: { 'lines.text': 'words' } } } }],
    [{ function_score: { query: { match: { text: 'words' } } } }],
    [undefined],
  ])('is none that is as %j', (query) => {
    expect(neighbourFault(query)).toBeUndefined();
    expect(judge(query, 'Online').status.failure).toBeUndefined();
  });

  it('is refused before anything is done', () => {
    expect(actionsOf(judge(refused[0][0], 'Online'))).toEqual([]);
  });
});
