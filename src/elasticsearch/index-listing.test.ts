import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { newestTimestamps } from './aggregations-by-index.ts';
import { aliasMembers } from './alias-members.ts';
import { deleteIndices, inGroups, listIndices } from './index-listing.ts';
import { readIndices } from './named-indices.ts';
import { unfinishedCopies } from './unfinished-copies.ts';

const settings = (more: object = {}) => ({ index: { uuid: 'u-1', creation_date: '1456790400000', ...more } });
const statistics = (primaries: object, shards: object = {}) => ({
  _shards: { failed: 0, successful: 2 },
  indices: { logs: { uuid: 'u-1', primaries, shards } },
});
const sizes = { docs: { count: 3 }, store: { size_in_bytes: 4 } };
const seqNo = (max_seq_no: number) => ({ seq_no: { max_seq_no } });

const listed = async (index: object, stats: object = statistics(sizes)) => {
  const [found] = await listIndices(answering({ logs: index }, stats));
  return found;
};

describe('a listing', () => {
  it.each<[object, object]>([
    [
      { settings: settings() },
      { uuid: 'u-1', created: 1_456_790_400_000, hidden: false, closed: false, mounted: false, aliases: {} },
    ],
    [{ settings: settings({ hidden: 'true' }) }, { hidden: true }],
    [{ settings: settings({ verified_before_close: 'true' }) }, { closed: true }],
    [{ settings: settings({ lifecycle: { name: 'hot' } }) }, { lifecycleManaged: true }],
    [{ settings: settings({ store: { type: 'snapshot' } }) }, { mounted: true }],
    [{ settings: settings({ store: { snapshot: { index_name: 'a' } } }) }, { mounted: true }],
    [{ settings: settings(), data_stream: 'logs' }, { dataStream: 'logs' }],
    [
      { settings: settings(), aliases: { a: { is_write_index: true } } },
      { aliases: { a: { is_write_index: true } } },
    ],
  ])('reads %j', async (index, expected) => {
    expect(await listed(index)).toMatchObject(expected);
  });

  it('adds up the operations of all shards, the highest copy of each', async () => {
    const shards = { 0: [seqNo(9), seqNo(7)], 1: [seqNo(-1)], 2: [seqNo(0)] };
    expect((await listed({ settings: settings() }, statistics(sizes, shards)))?.figures).toMatchObject({
      documents: 3,
      bytes: 4,
      operations: 11,
    });
  });

  it.each([
    [{ uncommitted_operations: 0, earliest_last_modified_age: 5 }, 5],
    [{ uncommitted_operations: 1, earliest_last_modified_age: 5 }, undefined],
    [undefined, undefined],
  ])('knows from %j for how long nobody has written', async (translog, quietMs) => {
    const index = await listed({ settings: settings() }, statistics({ ...sizes, translog }));
    expect(index?.figures?.quietMs).toBe(quietMs);
  });

  it('has no figures where statistics leave the index out, or tell of another one of that name', async () => {
    const another = { ...statistics(sizes), indices: { logs: { uuid: 'u-2', primaries: sizes } } };
    const none = { _shards: { failed: 0, successful: 0 } };
    expect((await listed({ settings: settings() }, another))?.figures).toBeUndefined();
    expect((await listed({ settings: settings() }, none))?.figures).toBeUndefined();
  });

  it('is incomplete when it is empty and statistics tell of indexes, and empty when they do not', async () => {
    await expect(listIndices(answering({}, statistics(sizes)))).rejects.toMatchObject({
      errorClass: 'incomplete',
    });
    expect(await listIndices(answering({}, { _shards: { failed: 0, successful: 0 } }))).toEqual([]);
  });

  it('is incomplete when a shard failed', async () => {
    const failed = { ...statistics(sizes), _shards: { failed: 1, successful: 1 } };
    await expect(listed({ settings: settings() }, failed)).rejects.toMatchObject({
      errorClass: 'incomplete',
    });
  });
});

describe('names in a request', () => {
  it('are at most as many as a URL takes, each once', () => {
    const names = Array.from({ length: 50 }, (_, at) => `${'ö'.repeat(100)}-${at}`);
    const groups = inGroups(names);
    expect(groups.flat()).toEqual(names);
    expect(Math.max(...groups.map((group) => encodeURIComponent(group.join(',')).length))).toBeLessThan(
      3_800,
    );
  });

  it.each(['*', 'logs-*', '_all', '-logs', 'a,b', '', '<logs-{now/d}>'])(
    'are never more than one index: %j deletes nothing',
    async (name) => {
      const es = answering();
      await expect(deleteIndices(es, [name])).rejects.toThrow(RangeError);
      expect(es.requests).toEqual([]);
    },
  );

  it('that are none ask for nothing', async () => {
    const es = answering();
    await expect(deleteIndices(es, [])).rejects.toThrow(RangeError);
    expect(await readIndices(es, [])).toEqual([]);
    expect(await aliasMembers(es, [])).toEqual([]);
    expect(await unfinishedCopies(es, [])).toEqual([]);
    expect([...(await newestTimestamps(es, [], 'at'))]).toEqual([]);
    expect(es.requests).toEqual([]);
  });
});
