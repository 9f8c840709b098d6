import { expect, it } from 'vitest';
import { NOW, observed, request, source } from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { readUncorrected } from './observe-bad.ts';
import { situationOf } from './situation.ts';

const signal = new AbortController().signal;

/** What is asked to judge a document that could not be written. */
async function askedBy(writeMode: string): Promise<readonly string[]> {
  const asked: string[] = [];
  const entry = { _id: 'e', _source: { shard: 0, seqNo: 7, id: 'x' } };
  const answers: Readonly<Record<string, unknown>> = {
    _search: {
      _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
      timed_out: false,
      hits: { hits: [entry] },
    },
    _mget: { docs: [{ _id: 'x', found: false }] },
  };
  const es = {
    request: async ({ path }: ElasticsearchRequest) => {
      asked.push(path);
      return answers[path.split('/').at(-1) ?? ''];
    },
  };
  const copy = { bad: 1, shards: [], done: [], running: [] };
  const status = { phase: 'Copying', copy } as unknown as ReindexRequestStatus; // only what is used
  const situation = situationOf(request(status, { writeMode }), observed({ sources: [source({})] }), NOW);
  expect(await readUncorrected(situation, es, signal)).toEqual({ bad: 'lost' });
  return asked;
}

it('goes by the source of now where a further round copies what was corrected', async () => {
  expect(await askedBy('Online')).toEqual(['/orders-v2-error/_search', '/orders-v1/_mget']);
});

it('goes by its point in time alone where nothing is copied after it', async () => {
  expect(await askedBy('CopyOnly')).toEqual(['/orders-v2-error/_search']);
});
