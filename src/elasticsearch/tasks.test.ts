import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { cancelTask, getTask, listReindexTasks, rethrottle } from './tasks.ts';

const counts = { total: 25, created: 10, updated: 0, noops: 0, deleted: 0, version_conflicts: 0, batches: 1 };
const task = {
  node: 'NODE',
  id: 7,
  type: 'transport',
  action: 'indices:data/write/reindex',
  description: 'reindex from [a] to [b]',
  status: counts,
  cancellable: true,
  headers: { 'X-Opaque-Id': 'uid/1' },
};
const failedNode = { type: 'failed_node_exception', reason: 'Failed node [B]', node_id: 'B' };

describe('the list of tasks', () => {
  it('holds slices beside their parents', async () => {
    const slice = { ...task, id: 8, parent_task_id: 'NODE:7', status: { ...counts, slice_id: 0 } };
    const parent = { ...task, status: { ...counts, slices: [null, null] } };
    expect(await listReindexTasks(answering({ tasks: [parent, slice] }))).toMatchObject({
      complete: true,
      tasks: [{ id: 'NODE:7', opaqueId: 'uid/1' }, { id: 'NODE:8' }],
    });
  });

  it.each([{ node_failures: [failedNode] }, { task_failures: [{ task_id: 1 }] }])(
    'is not complete with %j (H35)',
    async (more) => {
      expect((await listReindexTasks(answering({ tasks: [task], ...more }))).complete).toBe(false);
    },
  );

  it('without its tasks is no list', async () => {
    await expect(listReindexTasks(answering({}))).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});

describe('one task', () => {
  it('that failed for a document is done, with the failure', async () => {
    const failures = [
      { index: 'b', id: '3', cause: { type: 'strict_dynamic_mapping_exception', reason: 'r' }, status: 400 },
    ];
    const response = { took: 5, timed_out: false, ...counts, failures };
    const state = await getTask(answering({ completed: true, task, response }), 'NODE:7');
    expect(state).toMatchObject({
      state: 'done',
      response: {
        failures: [{ index: 'b', id: '3', status: 400, type: 'strict_dynamic_mapping_exception' }],
      },
    });
  });

  it('that may not do something names the privilege, and nothing else', async () => {
    const reason = 'action [indices:data/write/bulk[s]] is unauthorized for user [secret] on indices [b]';
    const cause = { type: 'security_exception', reason };
    const failed = answering({ completed: true, task, error: cause });
    const told = {
      type: 'security_exception',
      reason: "the connection's user lacks the privilege for indices:data/write/bulk[s].",
    };
    expect(await getTask(failed, 'NODE:7')).toMatchObject({ error: told });
    const failures = [{ index: 'b', id: '3', cause, status: 403 }];
    const response = { timed_out: false, ...counts, failures };
    const ended = answering({ completed: true, task, response });
    expect(await getTask(ended, 'NODE:7')).toMatchObject({ response: { failures: [told] } });
  });

  it('that could not read a shard tells its reason too', async () => {
    const failures = [
      { shard: 1, index: 'a', node: 'N', reason: { type: 'node_disconnected_exception', reason: null } },
    ];
    const response = { timed_out: false, ...counts, failures };
    expect(await getTask(answering({ completed: true, task, response }), 'NODE:7')).toMatchObject({
      response: { failures: [{ id: undefined, type: 'node_disconnected_exception', reason: '' }] },
    });
  });

  it('that a script has ended says what the script has thrown', async () => {
    const thrown = { type: 'illegal_argument_exception', reason: 'no such total' };
    const error = { type: 'script_exception', reason: 'runtime error', caused_by: thrown };
    expect(await getTask(answering({ completed: true, task, error }), 'NODE:7')).toMatchObject({
      error: { type: 'script_exception', reason: 'runtime error; no such total' },
    });
  });

  it('that a script has ended says where', async () => {
    const script_stack = ['ctx._source.total.length();', '                ^---- HERE'];
    const error = { type: 'script_exception', reason: 'runtime error', script_stack };
    expect(await getTask(answering({ completed: true, task, error }), 'NODE:7')).toMatchObject({
      error: { scriptStack: script_stack },
    });
  });

  it('of another action under the same number is unknown: the node counts anew', async () => {
    const other = { ...task, action: 'indices:data/write/bulk', status: undefined };
    expect(await getTask(answering({ completed: false, task: other }), 'NODE:7')).toEqual({
      state: 'unknown',
    });
  });

  it('that died before the cluster has ever stored a result is unknown (H23)', async () => {
    const gone = new ElasticsearchError({
      errorClass: 'indexNotFound',
      outcomeUnknown: false,
      publicMessage: 'no such index [.tasks]',
    });
    expect(await getTask(answering(gone), 'NODE:7')).toEqual({ state: 'unknown' });
  });

  it('that has just begun has no counts yet', async () => {
    const { status: _, ...young } = task;
    expect(await getTask(answering({ completed: false, task: young }), 'NODE:7')).toMatchObject({
      state: 'running',
      task: { counts: undefined },
    });
  });

  it('is not done when the answer has lost its result', async () => {
    const cut = { completed: true, task, response: { total: 25 } };
    await expect(getTask(answering(cut), 'NODE:7')).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('that is gone is cancelled and throttled without an error', async () => {
    const gone = { node_failures: [failedNode], nodes: {} };
    await cancelTask(answering(gone), 'NODE:7');
    expect(await rethrottle(answering(gone), 'NODE:7', 5)).toBe(false);
  });
});
