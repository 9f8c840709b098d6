import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { restoredIndices } from './restore.ts';
import { indexBirths, mountedSnapshots } from './snapshot-indices.ts';
import { deleteSnapshots } from './snapshot-changes.ts';
import { snapshotProgress } from './snapshot-progress.ts';
import { listSnapshots, surveySnapshots } from './snapshots.ts';

// Shapes that are rare, or that the Elasticsearch of the tests cannot produce.

const snapshot = (name: string, more: object = {}) => ({
  snapshot: name,
  uuid: `uuid-${name}`,
  state: 'SUCCESS',
  start_time_in_millis: 1000,
  end_time_in_millis: 2000,
  shards: { total: 1, failed: 0 },
  ...more,
});

const tooLarge = new ElasticsearchError({
  errorClass: 'tooLarge',
  outcomeUnknown: false,
  publicMessage: 'too long',
});

describe('the snapshots of a repository', () => {
  it('are read page by page', async () => {
    const es = answering(
      { snapshots: [snapshot('a')], next: 'token', total: 2 },
      { snapshots: [snapshot('b')], total: 2 },
    );
    expect((await listSnapshots(es, 'backups')).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(es.requests.map(({ query }) => query?.['after'])).toEqual([undefined, 'token']);
  });

  it('are none in an answer that a filter has emptied, which is told from no answer at all', async () => {
    expect(await listSnapshots(answering({ total: 0 }), 'backups')).toEqual([]);
    await expect(listSnapshots(answering({}), 'backups')).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('are asked for in ever smaller pages while an answer is too long, and the list goes on from there', async () => {
    const es = answering({ snapshots: [snapshot('a')], next: 'token', total: 2 }, tooLarge, tooLarge, {
      snapshots: [snapshot('b')],
      total: 2,
    });
    expect((await listSnapshots(es, 'backups')).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(es.requests.map(({ query }) => [query?.['size'], query?.['after']])).toEqual([
      [500, undefined],
      [500, 'token'],
      [250, 'token'],
      [125, 'token'],
    ]);
  });

  it('are given up when a single one is too long', async () => {
    const es = answering(...Array.from({ length: 20 }, () => tooLarge));
    await expect(listSnapshots(es, 'backups')).rejects.toBe(tooLarge);
    expect(es.requests.at(-1)?.query?.['size']).toBe(1);
  });

  const catalogue = (...entries: readonly (readonly [string, string])[]) => ({
    snapshots: entries.map(([name, state]) => ({ snapshot: name, uuid: `uuid-${name}`, state })),
    total: entries.length,
  });

  it('are surveyed without the names of indexes, and what is not in the list is unreadable unless it runs', async () => {
    const es = answering(
      catalogue(['a', 'SUCCESS'], ['b', 'SUCCESS'], ['c', 'IN_PROGRESS']),
      { snapshots: [snapshot('a')], total: 1 },
      catalogue(['a', 'SUCCESS'], ['b', 'SUCCESS'], ['c', 'SUCCESS']),
    );
    const survey = await surveySnapshots(es, 'backups');
    expect(survey.snapshots.map(({ name }) => name)).toEqual(['a']);
    expect(survey.unreadable).toEqual([{ name: 'b', uuid: 'uuid-b' }]);
    const [entries, list] = es.requests.map(({ query }) => query);
    expect(list).toMatchObject({ index_names: false, ignore_unavailable: true });
    expect(list?.['filter_path']).not.toContain('snapshots.indices');
    expect(entries).toMatchObject({ verbose: false });
  });

  it('that come or go while they are read are not unreadable', async () => {
    const list = { snapshots: [snapshot('a')], total: 1 };
    const come = answering(catalogue(['a', 'SUCCESS']), list, catalogue(['a', 'SUCCESS'], ['b', 'SUCCESS']));
    expect((await surveySnapshots(come, 'backups')).unreadable).toEqual([]);
    const gone = answering(catalogue(['a', 'SUCCESS'], ['b', 'SUCCESS']), list, catalogue(['a', 'SUCCESS']));
    expect((await surveySnapshots(gone, 'backups')).unreadable).toEqual([]);
  });

  it('that run have no end, although Elasticsearch says 1970', async () => {
    const [found] = await listSnapshots(
      answering({ snapshots: [snapshot('a', { state: 'IN_PROGRESS', end_time_in_millis: 0 })], total: 1 }),
      'backups',
    );
    expect(found).toMatchObject({ endTime: undefined, metadata: {}, failures: [], indices: [] });
  });

  it('are deleted in request lines that are short enough', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `${'x'.repeat(200)}${at}`);
    const es = answering(...names.map(() => ({ acknowledged: true })));
    await deleteSnapshots(es, 'backups', names);
    const deleted = es.requests.flatMap(({ path }) =>
      decodeURIComponent(path.split('/').at(-1) ?? '').split(','),
    );
    expect(deleted).toEqual(names);
    for (const { path } of es.requests) expect(path.length).toBeLessThan(3500);
    expect(es.requests.length).toBeGreaterThan(1);
  });

  it.each(['*', 'a*', 'a,b', '', '_all', '-a', 'a/b'])(
    'are never deleted by what is no single name: %j',
    async (name) => {
      const es = answering();
      await expect(deleteSnapshots(es, 'backups', ['good', name])).rejects.toThrow(RangeError);
      expect(es.requests).toEqual([]);
    },
  );
});

describe('progress', () => {
  it('shows no negative figures after a node has left', async () => {
    const stats = { incremental: { size_in_bytes: 10 }, processed: { size_in_bytes: -1 } };
    const shards_stats = { total: 2, done: -1, failed: 0 };
    const progress = await snapshotProgress(
      answering({ snapshots: [{ shards_stats, stats }] }),
      'backups',
      'a',
    );
    expect(progress).toEqual({ shards: { total: 2, done: 0, failed: 0 }, bytes: { total: 10, done: 0 } });
  });
});

describe('mounted snapshots', () => {
  it('are known by the settings of the indexes that they back', async () => {
    const settings = {
      index: { store: { snapshot: { snapshot_name: 'a', snapshot_uuid: 'u1', repository_name: 'backups' } } },
    };
    const mounted = await mountedSnapshots(
      answering({ cluster_uuid: 'c', metadata: { indices: { 'partial-a': { settings } } } }),
    );
    expect([...mounted]).toEqual(['u1']);
    expect([...(await mountedSnapshots(answering({ cluster_uuid: 'c' })))]).toEqual([]);
  });
});

describe('the births of indexes', () => {
  const indices = Object.fromEntries(
    ['a-1', 'a-2', 'b-1'].map((name) => [name, { settings: { index: { uuid: name, creation_date: '5' } } }]),
  );

  it('are asked for by the expressions of the snapshot', async () => {
    const es = answering({ cluster_uuid: 'c', metadata: { indices } });
    await indexBirths(es, ['a-*', '-a-2']);
    expect(es.requests[0]?.path).toBe('/_cluster/state/metadata/a-*%2C-a-2');
  });

  it('are chosen by name when the expressions are too long for a request', async () => {
    const many = Array.from({ length: 90 }, (_, at) => `${'x'.repeat(200)}-${at}`);
    const es = answering({ cluster_uuid: 'c', metadata: { indices } });
    const births = await indexBirths(es, ['a-*', ...many, '-a-2']);
    expect(births).toEqual([{ name: 'a-1', created: 5, isSystem: false, aliases: [] }]);
    expect(es.requests[0]?.path).toBe('/_cluster/state/metadata/*');
    const aliased = { 'b-1': { ...indices['b-1'], aliases: ['one'] } };
    const behind = await indexBirths(answering({ cluster_uuid: 'c', metadata: { indices: aliased } }), [
      'one',
      ...many,
    ]);
    expect(behind.map(({ name }) => name)).toEqual(['b-1']);
  });
});

describe('a restored index', () => {
  const stateOf = (provided_name: string, ...shards: readonly object[]) => ({
    cluster_uuid: 'c',
    metadata: { indices: { r: { settings: { index: { uuid: 'u', provided_name } } } } },
    routing_table: { indices: { r: { shards: { 0: shards } } } },
  });
  const state = (...shards: readonly object[]) => stateOf('origin', ...shards);
  const unassigned = (allocation_status: string, failed_attempts?: number, type = 'SNAPSHOT') =>
    state({
      state: 'UNASSIGNED',
      primary: true,
      recovery_source: { type },
      unassigned_info: { allocation_status, failed_attempts },
    });

  it.each([
    ['restored', state({ state: 'STARTED', primary: true }, { state: 'UNASSIGNED', primary: false })],
    ['created', stateOf('r', { state: 'STARTED', primary: true })],
    ['restoring', state({ state: 'INITIALIZING', primary: true })],
    ['restoring', unassigned('no_attempt')],
    ['restoring', unassigned('no_attempt', 2)],
    ['restoring', unassigned('deciders_throttled')],
    ['restoring', unassigned('fetching_shard_data')],
    // It was restored: a node that comes back brings it along.
    ['restoring', unassigned('deciders_no', 0, 'EXISTING_STORE')],
    ['failed', unassigned('deciders_no', 1)],
    ['unplaced', unassigned('deciders_no')],
    // As after a restart in the middle of the restore.
    ['lost', unassigned('no_valid_shard_copy', 0, 'EXISTING_STORE')],
    ['restoring', unassigned('no_valid_shard_copy')],
  ])('is %s: %j', async (expected, answer) => {
    expect(await restoredIndices(answering(answer), ['r'])).toEqual([
      { name: 'r', uuid: 'u', state: expected },
    ]);
  });
});
