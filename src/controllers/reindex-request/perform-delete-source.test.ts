import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { deleteSource } from './perform-delete-source.ts';
import type { EffectContext } from './perform-effect.ts';

const target = { index: 'old', uuid: 'u' };
const settings = { index: { uuid: 'u', number_of_shards: '1', number_of_replicas: '0' } };

const statistics = {
  _shards: { total: 1, successful: 1, failed: 0 },
  indices: { old: { shards: { 0: [startedPrimary({ documents: 100, maxSeqNo: 99 })] } } },
};

/** Paths that were deleted. */
async function deletedWhen(assertUnchanged: () => void): Promise<readonly string[]> {
  const deleted: string[] = [];
  const es = {
    request: async ({ method, path }: ElasticsearchRequest) => {
      if (method === 'DELETE') deleted.push(path);
      if (path.includes('/_stats')) return statistics;
      return method === 'DELETE' ? { acknowledged: true } : { old: { aliases: {}, mappings: {}, settings } };
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  const pass = { now: 0, signal: new AbortController().signal, log, assertUnchanged };
  // A cast: only what is used.
  const context = { es, pass, resource: { metadata: { uid: 'owner' } } } as unknown as EffectContext;
  await deleteSource({ type: 'DeleteSource', target, maxSeqNos: [99] }, context).catch((error: unknown) => {
    if (!(error instanceof FencedError)) throw error;
  });
  return deleted;
}

it('is held to a resource that nobody has edited meanwhile', async () => {
  const edited = (): never => {
    throw new FencedError('edited');
  };
  expect(await deletedWhen(() => undefined)).toEqual(['/old']);
  expect(await deletedWhen(edited)).toEqual([]);
});
