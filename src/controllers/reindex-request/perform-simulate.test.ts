import { expect, it } from 'vitest';
import { request } from '../../../test/support/reindex-situations.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import type { EffectContext } from './perform-effect.ts';
import { simulate } from './perform-simulate.ts';

const shards = { total: 1, successful: 1, skipped: 0, failed: 0 };
const hit = { _index: 'x', _id: '1', _source: {}, _seq_no: 0, _primary_term: 1 };
const steps = { processor_results: [{ processor_type: 'fail', status: 'error' }] };
const counts = { total: 1, created: 1, updated: 0, noops: 0, deleted: 0, version_conflicts: 0, batches: 1 };

async function answer({ path, query }: ElasticsearchRequest): Promise<unknown> {
  if (path.endsWith('/_simulate'))
    return { docs: query?.['verbose'] ? [steps] : [{ error: { type: 'fail_processor_exception' } }] };
  if (path.endsWith('/_search')) return { timed_out: false, _shards: shards, hits: { hits: [hit] } };
  if (path.endsWith('/_refresh')) return { _shards: shards };
  if (path === '/_reindex') return { ...counts, failures: [], timed_out: false };
  return { acknowledged: true, shards_acknowledged: true };
}

it.each([
  ['Fail', false, 'PreflightFailed'],
  ['Fail', true, 'PreflightFailed'],
  ['Quarantine', false, undefined],
  ['Quarantine', true, undefined],
])(
  'lets a pipeline fail on documents that are left out, and on no others: %s, dry run %s',
  async (policy, dryRun, reason) => {
    const reindex = { source: { index: 'orders-v1', size: 10 }, dest: { index: 'x' } };
    // A cast: only what is used.
    const context = {
      es: { request: answer },
      resource: request({}, { dryRun, onDocumentFailure: { policy } }),
      pass: { signal: new AbortController().signal },
    } as unknown as EffectContext;
    const simulation = { pipeline: 'clean', body: {}, reindex };
    expect((await simulate('scratch', simulation, context))?.reason).toBe(reason);
  },
);
