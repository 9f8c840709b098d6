import { describe, expect, it } from 'vitest';
import { startedPrimary, stateWithTerms } from '../../test/support/shard-statistics.ts';
import { classifyAnswer } from './classify.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { primariesWithTerms } from './primary-terms.ts';

const shards = { 0: [startedPrimary({ documents: 5, maxSeqNo: 4 })] };
const stats = { _shards: { failed: 0, successful: 1, total: 1 }, indices: { a: { shards } } };

async function termsOf(state: (request: ElasticsearchRequest) => unknown) {
  const asked: string[] = [];
  const es: Elasticsearch = {
    request: async (request) => {
      asked.push(request.path);
      return request.path === '/a/_stats/docs' ? stats : state(request);
    },
  };
  const primaries = await primariesWithTerms(es, 'a', 1);
  return { asked, terms: primaries.map(({ primaryTerm }) => primaryTerm) };
}

describe('the terms of primaries', () => {
  it('are those of the master, read after the numbers', async () => {
    expect(await termsOf(() => stateWithTerms('a', 3))).toEqual({
      asked: ['/a/_stats/docs', '/_cluster/state/metadata/a'],
      terms: [3],
    });
  });

  it.each([
    ['is not available', 410],
    ['may not be read', 403],
  ])('are those of the leases where the state %s', async (_, status) => {
    const refused = (request: ElasticsearchRequest) => {
      throw classifyAnswer(request, { status, body: { error: { type: 'x' } } });
    };
    expect((await termsOf(refused)).terms).toEqual([1]);
  });

  it('are not guessed where the state lacks one', async () => {
    const without = { metadata: { indices: { a: { primary_terms: {} } } } };
    await expect(termsOf(() => without)).rejects.toMatchObject({ errorClass: 'incomplete' });
    await expect(termsOf(() => ({}))).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});
