import { expect, it } from 'vitest';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { compareContents } from './perform-delta.ts';
import type { EffectContext } from './perform-effect.ts';

const shards = { total: 1, failed: 0, successful: 1 };
const found = { timed_out: false, _shards: shards };
const document = (id: string, _seq_no: number) => ({ _id: id, _seq_no, _primary_term: 1 });
const documents = [document('7', 0), document('8', 1)];

/** The source holds two documents, and the destination none. */
function answer({ method, path, body }: ElasticsearchRequest): unknown {
  const [name = ''] = path.slice(1).split('/');
  const settings = { index: { uuid: `${name}-uuid`, number_of_shards: '1', number_of_replicas: '0' } };
  if (method === 'GET') return { [name]: { aliases: {}, mappings: {}, settings } };
  if (path === '/old/_mget') return { docs: documents.map((one) => ({ ...one, found: true })) };
  if (path !== '/_search') return { id: 'p', _shards: shards };
  const counts = (body as { readonly size: number }).size === 0;
  return { ...found, hits: counts ? { total: { value: 0, relation: 'eq' }, hits: [] } : { hits: documents } };
}

it('notes which documents differ, ten at most', async () => {
  const copy = { pit: 'p', shards: [{ shard: 0, maxSeqNo: 1 }] };
  const status = { source: { index: 'old', uuid: 'old-uuid' }, copy } as unknown as ReindexRequestStatus; // only what is used
  const spec = { source: {}, verification: { level: 'Ids' } };
  const pass = { now: 0, signal: new AbortController().signal };
  const es = { request: async (request: ElasticsearchRequest) => answer(request) };
  const context = { es, resource: { spec, status }, pass } as unknown as EffectContext; // only what is used
  const action = { type: 'Compare', target: { index: 'new', uuid: 'new-uuid' }, page: 10 } as const;
  const change = await compareContents(action, context);
  const examples = Array.from({ length: 9 }, (_, at) => `earlier-${at}`);
  expect(change?.(status).verification).toEqual({
    compared: true,
    sampled: 2,
    mismatched: 2,
    examples: ['7', '8'],
  });
  const before = { ...status, verification: { sampled: 90, mismatched: 9, examples } };
  expect(change?.(before).verification).toMatchObject({ mismatched: 11, examples: [...examples, '7'] });
});
