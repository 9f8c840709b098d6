import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { recoveredSince } from './snapshot-recoveries.ts';

const shard = (type: string, start: number, primary = true) => ({
  type,
  primary,
  start_time_in_millis: start,
});

describe('an index that lies in the cluster', () => {
  it.each([
    ['was restored afterwards', [shard('SNAPSHOT', 5), shard('PEER', 9, false)], true],
    ['was restored before', [shard('SNAPSHOT', 4)], false],
    ['was restored in part before', [shard('SNAPSHOT', 5), shard('SNAPSHOT', 4)], false],
    ['has moved in part', [shard('SNAPSHOT', 5), shard('PEER', 9)], false],
    ['was made empty', [shard('EMPTY_STORE', 5)], false],
    ['was read from disk again', [shard('EXISTING_STORE', 5)], false],
    ['has only replicas to tell of', [shard('SNAPSHOT', 5, false)], false],
    ['has nothing to tell of', [], false],
  ])('%s', async (_what, shards, later) => {
    const es = answering({ a: { shards } });
    expect([...(await recoveredSince(es, ['a'], 5))]).toEqual(later ? ['a'] : []);
    expect(es.requests.map(({ path }) => path)).toEqual(['/a/_recovery']);
  });

  it('is asked about together with others, as many as fit into a request', async () => {
    const es = answering({}, {});
    const names = Array.from({ length: 20 }, (_, at) => `${'x'.repeat(200)}-${at}`);
    await recoveredSince(es, names, 5);
    expect(es.requests).toHaveLength(2);
  });

  it('is not asked about when there is none', async () => {
    const es = answering({});
    await recoveredSince(es, [], 5);
    expect(es.requests).toEqual([]);
  });
});
