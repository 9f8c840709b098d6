import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import { NOW, observed, request, source } from '../../../test/support/reindex-situations.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { readCleanUp } from './observe-moved.ts';
import { situationOf } from './situation.ts';

const shards = {
  _shards: { total: 1, successful: 1, failed: 0 },
  indices: { 'orders-v1': { shards: { 0: [startedPrimary({ documents: 1, maxSeqNo: 9 })] } } },
};
const silence = new ElasticsearchError({
  errorClass: 'timeout',
  outcomeUnknown: false,
  publicMessage: 'no answer',
});

function read(
  sourceAfter: object,
  clock: () => unknown = () => ({ nodes: { a: { timestamp: NOW + 90_000 } } }),
) {
  const es: Elasticsearch = {
    request: async ({ path }) => (path === '/_nodes/stats/os' ? clock() : shards),
  };
  const situation = situationOf(request({}, { sourceAfter }), observed({ sources: [source()] }), NOW);
  return readCleanUp(situation, es, new AbortController().signal);
}

it('compares the clocks of the nodes before a window ends, though nothing is deleted', async () => {
  expect(await read({ rollbackWindow: '1h' })).toMatchObject({ nodeSkewSeconds: 90 });
  expect(await read({ rollbackWindow: '0s' })).not.toHaveProperty('nodeSkewSeconds');
});

it('goes on without those of nodes that do not answer', async () => {
  const reads = await read({ rollbackWindow: '1h' }, () => {
    throw silence;
  });
  expect(reads).not.toHaveProperty('nodeSkewSeconds');
  expect(reads.shards).toHaveLength(1);
});
