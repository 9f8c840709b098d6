import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { primaryShards } from './shard-stats.ts';

// A real cluster shows these only for moments: relocation, recovery, a shard that is lost.

const copy = (state: string, primary = true, more: object = {}) => ({
  routing: { state, primary, node: 'n' },
  docs: { count: 5 },
  seq_no: { max_seq_no: 9, global_checkpoint: 8 },
  retention_leases: { primary_term: 2 },
  ...more,
});
const stats = (shards: Readonly<Record<string, readonly unknown[]>>, failed = 0) =>
  answering({ _shards: { total: 4, successful: 4 - failed, failed }, indices: { a: { shards } } });

const incomplete = { errorClass: 'incomplete', outcomeUnknown: false };

describe('the primaries of an index', () => {
  it('are found among replicas and copies that start', async () => {
    const shards = {
      '0': [copy('STARTED', false), copy('STARTED'), { routing: { state: 'INITIALIZING', primary: false } }],
      '1': [
        copy('RELOCATING', true, { docs: { count: 6 } }),
        { routing: { state: 'INITIALIZING', primary: true } },
      ],
    };
    expect(await primaryShards(stats(shards), 'a', 2)).toEqual([
      { shard: 0, documents: 5, maxSeqNo: 9, globalCheckpoint: 8, primaryTerm: 2 },
      { shard: 1, documents: 6, maxSeqNo: 9, globalCheckpoint: 8, primaryTerm: 2 },
    ]);
  });

  it.each([
    ['a shard is missing', stats({ '0': [copy('STARTED')] })],
    ['a shard has only replicas', stats({ '0': [copy('STARTED')], '1': [copy('STARTED', false)] })],
    ['a shard has two primaries', stats({ '0': [copy('STARTED')], '1': [copy('STARTED'), copy('STARTED')] })],
    ['a primary is still starting', stats({ '0': [copy('STARTED')], '1': [copy('INITIALIZING')] })],
    [
      'a primary tells no sequence numbers',
      stats({ '0': [copy('STARTED')], '1': [copy('STARTED', true, { seq_no: null })] }),
    ],
    ['a shard failed', stats({ '0': [copy('STARTED')], '1': [copy('STARTED')] }, 1)],
    [
      'the answer is about two indexes',
      answering({
        _shards: { total: 2, successful: 2, failed: 0 },
        indices: { a: { shards: {} }, b: { shards: {} } },
      }),
    ],
    ['the answer is about none', answering({ _shards: { total: 0, successful: 0, failed: 0 }, indices: {} })],
  ])('are unknown when %s', async (_, es) => {
    await expect(primaryShards(es, 'a', 2)).rejects.toMatchObject(incomplete);
  });
});
