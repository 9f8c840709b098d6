import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { updateAliases } from './aliases.ts';
import { deleteDocuments } from './bulk.ts';
import { classifyAnswer } from './classify.ts';
import { clusterStatistics } from './cluster-statistics.ts';
import { countDocuments } from './counts.ts';
import { ElasticsearchError } from './errors.ts';
import { templateOf } from './index-templates.ts';
import { createIndex, deleteIndex, putSettings } from './indices.ts';
import { clusterInfo } from './info.ts';
import { missingPrivileges } from './privileges.ts';
import { runReindex, startReindex } from './reindex.ts';
import { refresh } from './refresh.ts';
import { search } from './search.ts';
import { blockWrites } from './write-blocks.ts';

// Answers that are rare or wrong. What a real server says every day is asked in test/integration/elasticsearch.

const incomplete = { errorClass: 'incomplete' };

describe('a change that not every node has heard of', () => {
  const unheard = { acknowledged: false, shards_acknowledged: false, index: 'a' };
  const calls = [
    ['createIndex', () => createIndex(answering(unheard), 'a', {})],
    ['deleteIndex', () => deleteIndex(answering(unheard), 'a')],
    ['putSettings', () => putSettings(answering(unheard), 'a', {})],
    ['updateAliases', () => updateAliases(answering(unheard), [])],
    ['updateAliases with errors', () => updateAliases(answering({ acknowledged: true, errors: true }), [])],
    ['startReindex', () => startReindex(answering({}), {}, { opaqueId: 'x' })],
  ] as const;

  it.each(calls)('has an unknown outcome: %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ ...incomplete, outcomeUnknown: true });
  });
});

describe('index templates', () => {
  const forbidden = classifyAnswer(
    { method: 'POST', path: '/x' },
    { status: 403, body: { error: { type: 'security_exception', reason: 'no' } } },
  );
  it.each([
    ['none', answering({}), undefined],
    [
      'one without settings',
      answering({ template: { mappings: { a: 1 }, aliases: {} }, overlapping: [] }),
      { settings: {}, mappings: { a: 1 } },
    ],
    ['what the user may not ask for', { request: () => Promise.reject(forbidden) }, undefined],
  ])('of a name: %s', async (_, es, expected) => {
    expect(await templateOf(es, 'a')).toEqual(expected);
  });
});

describe('a block', () => {
  const index = { name: 'a', blocked: true };
  it.each([
    [{ acknowledged: true, shards_acknowledged: true, indices: [index] }, true],
    [{ acknowledged: true, shards_acknowledged: true, indices: [] }, false],
    [{ acknowledged: true, shards_acknowledged: false, indices: [index] }, false],
    [{ acknowledged: false, shards_acknowledged: true, indices: [index] }, false],
    [
      {
        acknowledged: true,
        shards_acknowledged: true,
        indices: [index, { name: 'b', failed_shards: [{ id: 0 }] }],
      },
      false,
    ],
    [{ acknowledged: true, shards_acknowledged: true, indices: [{ name: 'a', exception: {} }] }, false],
  ])('answered with %j is verified: %s', async (answer, verified) => {
    expect(await blockWrites(answering(answer), 'a')).toEqual({ verified });
  });
});

describe('a read that does not cover everything', () => {
  const whole = { timed_out: false, _shards: { total: 2, successful: 2, failed: 0 }, hits: { hits: [] } };
  const partial = { total: 2, successful: 1, failed: 0 };
  const failed = { total: 2, successful: 1, failed: 1 };

  it('is a search that timed out, ended early or missed a shard', async () => {
    expect(await search(answering(whole), 'a', {})).toMatchObject({ hits: [], total: undefined });
    for (const wrong of [
      { timed_out: true },
      { terminated_early: true },
      { _shards: partial },
      { _shards: failed },
      { hits: {} },
    ]) {
      await expect(search(answering({ ...whole, ...wrong }), 'a', {})).rejects.toMatchObject(incomplete);
    }
  });

  it('does not take a lower bound for a total', async () => {
    const total = { value: 10_000, relation: 'gte' };
    expect((await search(answering({ ...whole, hits: { hits: [], total } }), 'a', {})).total).toBeUndefined();
  });

  it('is a count of some shards', async () => {
    for (const _shards of [partial, failed, undefined]) {
      await expect(countDocuments(answering({ count: 0, _shards }), 'a')).rejects.toMatchObject(incomplete);
    }
  });

  it('is a refresh that failed on a shard or reached none', async () => {
    await refresh(answering({ _shards: partial }), 'a');
    for (const _shards of [failed, { total: 2, successful: 0, failed: 0 }]) {
      await expect(refresh(answering({ _shards }), 'a')).rejects.toMatchObject(incomplete);
    }
  });

  it('never allows partial results and says so on the wire', async () => {
    const es = answering(whole);
    await search(es, undefined, { pit: { id: 'p' } });
    expect(es.requests).toMatchObject([{ path: '/_search', query: { allow_partial_search_results: false } }]);
  });
});

describe('conditional deletes', () => {
  const document = { id: '1', routing: 'r', seqNo: 3, primaryTerm: 2 };
  const status = (...statuses: readonly number[]) =>
    answering({ errors: true, items: statuses.map((status) => ({ delete: { status } })) });

  it('count what became of each and keep what changed', async () => {
    const es = status(200, 404, 409);
    const expected = { deleted: 1, changed: 1 };
    expect(await deleteDocuments(es, 'a', [document, document, document])).toEqual(expected);
    const [line] = String(es.requests[0]?.body).split('\n');
    expect(JSON.parse(line ?? '')).toEqual({
      delete: { _id: '1', routing: 'r', if_seq_no: 3, if_primary_term: 2 },
    });
  });

  it('are unknown when an item was rejected or is missing', async () => {
    for (const es of [status(200, 429), status(403, 429), status(200)]) {
      await expect(deleteDocuments(es, 'a', [document, document])).rejects.toMatchObject(incomplete);
    }
  });

  it.each([
    ['security_exception', 'action [indices:data/write/bulk[s]] is unauthorized for user [a]', 'forbidden'],
    ['cluster_block_exception', 'index [a] blocked by: [FORBIDDEN/8/index write (api)];', 'blocked'],
    ['cluster_block_exception', 'index [a] blocked by: [FORBIDDEN/12/disk usage exceeded];', 'diskFull'],
  ])('are refused where all that fail are, by %s: %s', async (type, reason, errorClass) => {
    const refused = { delete: { status: 403, error: { type, reason } } };
    const es = answering({ errors: true, items: [{ delete: { status: 200 } }, refused] });
    await expect(deleteDocuments(es, 'a', [document, document])).rejects.toMatchObject({ errorClass });
  });

  it('ask nothing for nothing', async () => {
    const es = answering();
    expect(await deleteDocuments(es, 'a', [])).toEqual({ deleted: 0, changed: 0 });
    expect(es.requests).toEqual([]);
  });
});

describe('a copy that is waited for', () => {
  it('is unknown when the answer is neither a result nor an error', async () => {
    const answer = runReindex(answering({ took: 3 }), {});
    await expect(answer).rejects.toMatchObject({ ...incomplete, outcomeUnknown: true });
  });

  it('keeps the class of an error that came with an accepted status', async () => {
    const blocked = {
      error: { type: 'cluster_block_exception', reason: '[TOO_MANY_REQUESTS/12/disk]' },
      status: 429,
    };
    await expect(runReindex(answering(blocked), {})).rejects.toMatchObject({ errorClass: 'diskFull' });
  });
});

describe('the cluster', () => {
  it('has no identity before a master is elected', async () => {
    const young = { cluster_name: 'c', cluster_uuid: '_na_', version: { number: '9.4.3' } };
    await expect(clusterInfo(answering(young))).rejects.toMatchObject(incomplete);
  });

  it('without an index has sizes of zero', async () => {
    const fs = { nodes: { fs: { total_in_bytes: 100, available_in_bytes: 25 } } };
    const statistics = await clusterStatistics(answering(fs, { _shards: { successful: 0, failed: 0 } }));
    expect(statistics).toEqual({
      indices: 0,
      primaryDocuments: 0,
      primaryBytes: 0,
      totalBytes: 0,
      diskUsedPercent: 75,
      largest: [],
    });
  });

  it('lists its ten largest indexes', async () => {
    const fs = { nodes: { fs: { total_in_bytes: 0, available_in_bytes: 0 } } };
    const sizes = Array.from({ length: 12 }, (_, n) => [
      `i${n}`,
      { primaries: { docs: { count: n }, store: { size_in_bytes: n } } },
    ]);
    const answer = { _shards: { successful: 12, failed: 0 }, indices: Object.fromEntries(sizes) };
    const { largest } = await clusterStatistics(answering(fs, answer));
    expect(largest.map(({ name }) => name)).toEqual([
      'i11',
      'i10',
      'i9',
      'i8',
      'i7',
      'i6',
      'i5',
      'i4',
      'i3',
      'i2',
    ]);
  });
});

describe('privileges', () => {
  const required = { cluster: ['monitor'], index: [] };
  const error = (status: number, errorType?: string) =>
    new ElasticsearchError({
      errorClass: 'invalid',
      status,
      errorType,
      outcomeUnknown: false,
      publicMessage: '',
    });

  it('are not needed where the endpoint does not exist, and unknown where it refuses', async () => {
    expect(await missingPrivileges(answering(error(400)), required)).toEqual([]);
    expect(await missingPrivileges(answering(error(405)), required)).toEqual([]);
    const refused = missingPrivileges(answering(error(400, 'x_content_parse_exception')), required);
    await expect(refused).rejects.toMatchObject({ errorClass: 'invalid' });
    await expect(missingPrivileges(answering(error(404)), required)).rejects.toMatchObject({ status: 404 });
  });

  it('are all that the answer denies, whatever its summary says', async () => {
    const answer = {
      has_all_requested: true,
      cluster: { monitor: false },
      index: { a: { read: true, write: false } },
    };
    expect(await missingPrivileges(answering(answer), required)).toEqual([
      'monitor on the cluster',
      'write on a',
    ]);
  });
});
