import { beforeAll, describe, expect, it } from 'vitest';
import { runReindex, startReindex } from '../../../src/elasticsearch/reindex.ts';
import type { ReindexBody } from '../../../src/elasticsearch/reindex.ts';
import {
  cancelTask,
  getTask,
  listReindexTasks,
  rethrottle,
  untilTaskEnds,
} from '../../../src/elasticsearch/tasks.ts';
import type { TaskState } from '../../../src/elasticsearch/tasks.ts';
import { createIndex } from '../../../src/elasticsearch/indices.ts';
import { eventually } from '../../support/eventually.ts';
import { connect, indexWithDocuments, uniqueName } from './server.ts';

const es = connect();
let source: string;
beforeAll(async () => {
  source = await indexWithDocuments(es, 'source', 50);
});

const copy = (to: string, more: ReindexBody = {}): ReindexBody => ({
  source: { index: source, size: 10 },
  dest: { index: to },
  ...more,
});

function outcome(id: string): Promise<TaskState> {
  return eventually('the task ended', async () => {
    const state = await getTask(es, id);
    return state.state === 'running' ? undefined : state;
  });
}

describe('a task', () => {
  it('runs to an end that adds up and stays known', async () => {
    const id = await startReindex(es, copy(uniqueName(es, 'copy')), { opaqueId: 'uid/1/0/0/5' });
    const done = await outcome(id);
    expect(done).toMatchObject({
      state: 'done',
      task: { id, opaqueId: 'uid/1/0/0/5' },
      response: { total: 50, created: 50, updated: 0, versionConflicts: 0, failures: [], timedOut: false },
      error: undefined,
    });
  });

  it('is found by its opaque id while it runs, speeds up, and keeps partial counts when cancelled', async () => {
    const to = uniqueName(es, 'slow');
    const opaqueId = `uid/${to}`;
    const id = await startReindex(es, copy(to), { opaqueId, requestsPerSecond: 0.5 });
    const { tasks, complete } = await listReindexTasks(es);
    expect(complete).toBe(true);
    expect(tasks.filter((task) => task.opaqueId === opaqueId)).toMatchObject([
      { id, description: `reindex from [${source}] to [${to}]` },
    ]);
    expect(await getTask(es, id)).toMatchObject({
      state: 'running',
      task: { counts: { created: expect.any(Number) } },
    });
    expect(await rethrottle(es, id, 0.1)).toBe(true);
    await cancelTask(es, id);
    const cancelled = await outcome(id);
    expect(cancelled).toMatchObject({
      state: 'done',
      response: { canceled: 'by user request', failures: [] },
    });
  });

  it('tells whoever waits that it has ended, and only then', async () => {
    const id = await startReindex(es, copy(uniqueName(es, 'slow')), {
      opaqueId: 'x',
      requestsPerSecond: 0.5,
    });
    let hasEnded = false;
    const told = untilTaskEnds(es, id, new AbortController().signal).then(() => {
      hasEnded = true;
    });
    expect(await getTask(es, id)).toMatchObject({ state: 'running' });
    expect(hasEnded).toBe(false);
    await cancelTask(es, id);
    await told;
    expect(await getTask(es, id)).toMatchObject({ state: 'done' });
    const gone = `${id.split(':')[0] ?? ''}:999999999`;
    await expect(untilTaskEnds(es, gone, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('is waited for no longer than whoever waits lives', async () => {
    const id = await startReindex(es, copy(uniqueName(es, 'slow')), {
      opaqueId: 'x',
      requestsPerSecond: 0.5,
    });
    const life = new AbortController();
    const told = untilTaskEnds(es, id, life.signal);
    life.abort(new Error('the process stops'));
    await expect(told).rejects.toThrow('the process stops');
    await cancelTask(es, id);
  });

  it('is unknown, not failed, when nobody knows it, and can still be cancelled and throttled', async () => {
    const id = await startReindex(es, copy(uniqueName(es, 'copy')), { opaqueId: 'x' });
    await outcome(id);
    const node = id.split(':')[0] ?? '';
    for (const unknown of [`${node}:999999999`, 'AAAAAAAAAAAAAAAAAAAAAA:1']) {
      expect(await getTask(es, unknown)).toEqual({ state: 'unknown' });
      await cancelTask(es, unknown);
      expect(await rethrottle(es, unknown, -1)).toBe(false);
    }
    await cancelTask(es, id);
  });

  it('tells a script that does not compile and a missing source as errors of the task', async () => {
    const script = { source: 'ctx._source.x = ' };
    const broken = await startReindex(es, copy(uniqueName(es, 'copy'), { script }), { opaqueId: 'x' });
    expect(await outcome(broken)).toMatchObject({
      state: 'done',
      response: undefined,
      error: { type: 'script_exception', reason: expect.stringMatching(/^compile error/) },
    });
    const body = { source: { index: uniqueName(es, 'none') }, dest: { index: uniqueName(es, 'copy') } };
    const missing = await startReindex(es, body, { opaqueId: 'x' });
    expect(await outcome(missing)).toMatchObject({
      state: 'done',
      error: { type: 'index_not_found_exception' },
    });
  });

  it('refuses what is no task id before it reaches Elasticsearch', async () => {
    await expect(cancelTask(es, '')).rejects.toThrow(RangeError);
    await expect(cancelTask(es, '*')).rejects.toThrow(RangeError);
    await expect(getTask(es, '_cancel')).rejects.toThrow(RangeError);
  });
});

describe('a copy that is waited for', () => {
  it('returns failures of documents as a result', async () => {
    const to = uniqueName(es, 'strict');
    await createIndex(es, to, { settings: { number_of_replicas: 0 }, mappings: { dynamic: 'strict' } });
    const result = await runReindex(es, copy(to, { max_docs: 3 }));
    expect(result.created).toBe(0);
    expect(result.failures).toHaveLength(3);
    expect(result.failures[0]).toMatchObject({
      index: to,
      status: 400,
      type: 'strict_dynamic_mapping_exception',
    });
  });

  it('returns conflicts as a result', async () => {
    const to = uniqueName(es, 'copy');
    const body = copy(to, { dest: { index: to, op_type: 'create' } });
    expect(await runReindex(es, body)).toMatchObject({ created: 50 });
    await es.request({ method: 'POST', path: `/${to}/_refresh` });
    const again = await runReindex(es, body);
    expect(again.failures[0]).toMatchObject({ status: 409, type: 'version_conflict_engine_exception' });
  });

  it('throws for a script that fails, a missing source, and a body that is none', async () => {
    const script = { source: 'ctx._source.x = ' };
    await expect(runReindex(es, copy(uniqueName(es, 'copy'), { script }))).rejects.toMatchObject({
      errorClass: 'invalid',
      errorType: 'script_exception',
    });
    const missing = { source: { index: uniqueName(es, 'none') }, dest: { index: uniqueName(es, 'copy') } };
    await expect(runReindex(es, missing)).rejects.toMatchObject({ errorClass: 'indexNotFound' });
    await expect(runReindex(es, { nonsense: 1 })).rejects.toMatchObject({ errorClass: 'invalid' });
  });
});
