import { describe, expect, it } from 'vitest';
import { startedPrimary, stateWithTerms } from '../../../test/support/shard-statistics.ts';
import {
  copying,
  destination,
  fenced,
  NOW,
  observed,
  request,
  UID,
} from '../../../test/support/reindex-situations.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { LockWatch } from './lock-watch.ts';
import type { OwnTask } from './observed.ts';
import { readStage } from './observe-stage.ts';
import { signOf } from './silence.ts';
import { situationOf } from './situation.ts';

const OPAQUE_ID = `${UID}/1/0/0/0`;
const sums = { total: 50, created: 50, updated: 0, noops: 0, deleted: 0, version_conflicts: 0, batches: 1 };
const ended = {
  completed: true,
  task: {
    node: 'n',
    id: 1,
    action: 'indices:data/write/reindex',
    cancellable: true,
    headers: { 'X-Opaque-Id': OPAQUE_ID },
  },
  response: { ...sums, failures: [], timed_out: false },
};
const shard = startedPrimary({ documents: 100, maxSeqNo: 120 });
const answers: Readonly<Record<string, unknown>> = {
  '/_cluster/state/metadata/orders-v1': stateWithTerms('orders-v1', 7),
  '/_tasks/n%3A1': ended,
  '/_ingest/pipeline/outer': { outer: { processors: [{ pipeline: { name: 'inner' } }] } },
  '/_ingest/pipeline/inner': { inner: { processors: [] } },
  '/_cluster/health/orders-v1%2Corders-v2': { indices: { 'orders-v1': { status: 'green' } } },
  '/orders-v1/_stats/docs': {
    _shards: { total: 1, successful: 1, failed: 0 },
    indices: { 'orders-v1': { shards: { 0: [shard] } } },
  },
};

/** Answers in the next turn of the event loop, so that what does not wait comes first. */
function recorder(more: Readonly<Record<string, unknown>> = {}) {
  const log: string[] = [];
  const es: Elasticsearch = {
    request: async ({ path }) => {
      log.push(`asks ${path}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`hears ${path}`);
      return { ...answers, ...more }[path];
    },
  };
  return { es, log };
}

const locks = new LockWatch({ monotonic: () => 0, cluster: async () => 'here' });

async function read(
  running: readonly OwnTask[],
  isFenced: boolean,
  { task = ended, over = {} }: { readonly task?: unknown; readonly over?: object } = {},
) {
  const { copy } = copying;
  const range = { shard: 0, from: 0, to: 49, try: 0, task: 'n:1' };
  const status = { ...copying, ...(copy ? { copy: { ...copy, fenced: isFenced, running: [range] } } : {}) };
  const world = observed({
    sources: [fenced()],
    destination: destination(),
    tasks: { complete: true, running },
  });
  const { es, log } = recorder({ '/_tasks/n%3A1': task });
  const situation = situationOf(request(status, over), world, NOW);
  return { reads: await readStage('Copying', situation, { es, locks }, new AbortController().signal), log };
}

describe('what is read before a copy', () => {
  const counted = { count: 3, _shards: { total: 1, successful: 1, failed: 0 } };
  const primaries = { store: { size_in_bytes: 1 } };
  const role = { names: ['*'], privileges: ['read'], query: ['{}'] };
  const known: Readonly<Record<string, unknown>> = {
    '/_security/user/_has_privileges': { has_all_requested: true },
    '/_security/user/_privileges': { indices: [role] },
    '/orders-v1/_count': counted,
    '/orders-v1/_stats/store': { _shards: { failed: 0, successful: 1 }, _all: { primaries } },
    '/_nodes/stats/fs': { _nodes: { failed: 0 }, nodes: {} },
    '/_cluster/settings': {},
    '/_ingest/pipeline/there': { there: { processors: [] } },
    '/_ingest/pipeline/secret': 403,
  };

  async function preflight(over: object) {
    const asked: unknown[] = [];
    const es: Elasticsearch = {
      request: async ({ method, path, body }) => {
        asked.push(body);
        const answer = known[path] ?? 404;
        if (typeof answer !== 'number') return answer;
        throw classifyAnswer({ method, path }, { status: answer, body: { error: { type: 'x' } } });
      },
    };
    const situation = situationOf(request({ locks: [] }, over), observed(), NOW);
    const { signal } = new AbortController();
    return { asked, read: (await readStage('Validating', situation, { es, locks }, signal)).preflight };
  }

  it('is what the login does not see of both indexes', async () => {
    const { read } = await preflight({});
    expect(read?.hidden).toEqual(['documents of orders-v1', 'documents of orders-v2']);
  });

  it('is whether it may delete from the copy, in every mode', async () => {
    const { asked } = await preflight({ writeMode: 'BlockFirst' });
    const [{ index }] = asked as [{ index: { names: string[]; privileges: string[] }[] }];
    const wanted = index.find(({ names }) => names.includes('orders-v2'));
    expect(wanted?.privileges).toContain('delete');
  });

  it.each([
    ['there', []],
    ['gone', ['gone']],
    ['a*', ['a*']],
    ['secret', []],
  ])('is whether there is a pipeline that the destination is to have: %s', async (name, absent) => {
    const settings = { 'index.default_pipeline': name };
    const { read } = await preflight({ destination: { index: 'orders-v2', settings } });
    expect(read?.absentPipelines).toEqual(absent);
  });
});

describe('what a pass over running tasks reads', () => {
  it('is how far the shards are only after the end of a task was seen (H47)', async () => {
    const { reads, log } = await read([], false);
    expect(reads.outcomes).toMatchObject({ 'n:1': { type: 'copied' } });
    expect(reads.shards).toMatchObject([{ globalCheckpoint: 120 }]);
    expect(log.indexOf('asks /orders-v1/_stats/docs')).toBeGreaterThan(log.indexOf('hears /_tasks/n%3A1'));
  });

  it('is the terms of now where a range is to be copied again: its task may have died with a primary (H47)', async () => {
    const cut = { ...ended, response: { ...ended.response, created: 49 } };
    const { reads } = await read([], false, { task: cut });
    expect(reads.outcomes).toMatchObject({ 'n:1': { type: 'repeat' } });
    expect(reads.shards).toMatchObject([{ primaryTerm: 7 }]);
  });

  it('is no shard where nothing can be written any more', async () => {
    expect((await read([], true)).log.join()).not.toContain('_stats');
  });

  it('is the pipeline and what it calls, after the end of a task was seen and whatever is blocked', async () => {
    const { reads, log } = await read([], true, { over: { transform: { pipeline: 'outer' } } });
    expect(Object.keys(reads.pipelines ?? {})).toEqual(['outer', 'inner']);
    expect(log.indexOf('asks /_ingest/pipeline/outer')).toBeGreaterThan(log.indexOf('hears /_tasks/n%3A1'));
    expect((await read([], true)).log.join()).not.toContain('_ingest');
  });

  it('is nothing more of a task that the list has told about', async () => {
    const counts = { ...sums, created: 20, versionConflicts: 0 };
    const { reads, log } = await read([{ id: 'n:1', opaqueId: OPAQUE_ID, counts, runningMs: 7 }], false);
    expect(reads.outcomes).toMatchObject({
      'n:1': { type: 'running', runningMs: 7, counts: { created: 20 } },
    });
    expect(log.join()).not.toContain('_tasks');
  });

  it('is the task itself where another one has its number in the list', async () => {
    const { reads } = await read([{ id: 'n:1', opaqueId: `${UID}/1/0/0/50` }], false);
    expect(reads.outcomes).toMatchObject({ 'n:1': { type: 'copied' } });
  });

  it('counts an index of which nothing is said as red', async () => {
    expect((await read([], false)).reads.health).toEqual({ source: 'green', destination: 'red' });
  });
});

it('does not need the shards of what serves to let go of it', async () => {
  const red = { _shards: { total: 2, successful: 0, failed: 0 }, indices: {} };
  const es: Elasticsearch = { request: async () => red };
  const situation = situationOf(request({}), observed({ destination: destination() }), NOW);
  expect(await readStage('RollingBack', situation, { es, locks }, new AbortController().signal)).toEqual({});
});

it.each([
  ['Validating', 1],
  ['Copying', undefined],
] as const)('looks who holds the locks of a request that is undone in %s', async (phase, count) => {
  const doc = { _id: 'orders-v1', found: true, _seq_no: 1, _primary_term: 1, _source: {} };
  const es: Elasticsearch = {
    request: async ({ path }) => (path.endsWith('/_mget') ? { docs: [doc] } : { indices: [] }),
  };
  const situation = situationOf(request({ phase, locks: ['orders-v1'] }, { cancel: true }), observed(), NOW);
  const { claims } = await readStage('Undoing', situation, { es, locks }, new AbortController().signal);
  expect(claims?.length).toBe(count);
});

it('goes on counting where an earlier process has left off to see no sign of life', async () => {
  const doc = (id: string) => ({ _id: id, found: true, _seq_no: 1, _primary_term: 1, _source: {} });
  const names = ['orders', 'orders-v1', 'orders-v2'];
  const es: Elasticsearch = { request: async () => ({ docs: names.map(doc) }) };
  const held = names.map((name) => ({ name, by: 'other', holder: 'x', blocks: false, sign: '1/1' }) as const);
  const silence = { sign: signOf(held), minutes: 4, seen: '2026-03-01T11:59:30Z' };
  const status = { phase: 'Pending', turn: { holder: 'x', place: 1, silence } } as const;
  const situation = situationOf(request(status), observed(), NOW);
  const fresh = new LockWatch({ monotonic: () => 0, cluster: async () => 'here' });
  const { claims } = await readStage(
    'Pending',
    situation,
    { es, locks: fresh },
    new AbortController().signal,
  );
  expect(claims).toMatchObject(names.map((name) => ({ name, silentMs: 240_000, abandoned: false })));
});
