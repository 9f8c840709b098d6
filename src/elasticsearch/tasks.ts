import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { causedBy } from './caused-by.ts';
import { undefinedWhen } from './errors.ts';
import { path } from './path.ts';
import { reindexCounts, reindexResult, withSentence } from './reindex-result.ts';
import type { ReindexCounts, ReindexResult } from './reindex-result.ts';

export interface ReindexTask {
  /** `node:number`. Numbers start again with the node: compare the opaque id before believing one. */
  readonly id: string;
  readonly opaqueId: string | undefined;
  /** E.g. `reindex from [a] to [b]`. */
  readonly description: string;
  /** Undefined where Elasticsearch sends none, as in the first moment of a task. */
  readonly counts: ReindexCounts | undefined;
  /** Milliseconds. */
  readonly runningMs: number;
}

export interface ReindexTasks {
  readonly tasks: readonly ReindexTask[];
  /** False when a node did not answer: a task that is not listed may run there. */
  readonly complete: boolean;
}

export type TaskState =
  | { readonly state: 'running'; readonly task: ReindexTask }
  | {
      readonly state: 'done';
      readonly task: ReindexTask;
      /** Absent when `error` says why the task ended as a whole. */
      readonly response: ReindexResult | undefined;
      readonly error:
        | {
            readonly type: string;
            readonly reason: string;
            /** Where a script has failed, innermost first: frames of Java, then a piece of the script above a mark. */
            readonly scriptStack?: readonly string[] | undefined;
          }
        | undefined;
    }
  /** It ran and its node died, or it ended and its result could not be stored, or it never was: never "failed". */
  | { readonly state: 'unknown' };

const REINDEX = 'indices:data/write/reindex';

const task = z
  .object({
    node: z.string(),
    id: z.number(),
    action: z.string(),
    description: z.string().default(''),
    status: reindexCounts.optional().catch(undefined),
    running_time_in_nanos: z.number().default(0),
    headers: z.looseObject({ 'X-Opaque-Id': z.string().optional() }).default({}),
  })
  .transform((found) => ({
    action: found.action,
    task: {
      id: `${found.node}:${found.id}`,
      opaqueId: found.headers['X-Opaque-Id'],
      description: found.description,
      counts: found.status,
      runningMs: found.running_time_in_nanos / 1e6,
    },
  }));

const taskList = z.object({
  tasks: z.array(task),
  node_failures: z.array(z.unknown()).default([]),
  task_failures: z.array(z.unknown()).default([]),
});

const storedTask = z.object({
  completed: z.boolean(),
  task,
  response: reindexResult.optional(),
  error: z
    .object({
      type: z.string(),
      reason: z.string().nullish(),
      caused_by: causedBy,
      script_stack: z.array(z.string()).optional().catch(undefined),
    })
    .transform(({ type, reason, caused_by, script_stack }) => ({
      ...withSentence(type, [reason ?? '', ...caused_by].join('; ')),
      scriptStack: script_stack,
    }))
    .optional(),
});

/** The reindex tasks of the whole cluster, ours and others', slices included. */
export async function listReindexTasks(es: Elasticsearch, signal?: AbortSignal): Promise<ReindexTasks> {
  const query = { actions: REINDEX, detailed: true, group_by: 'none' };
  const answer = await ask(es, { method: 'GET', path: '/_tasks', query }, taskList, signal);
  return {
    tasks: answer.tasks.map(({ task }) => task),
    complete: answer.node_failures.length === 0 && answer.task_failures.length === 0,
  };
}

/** @throws RangeError for what is no task id. */
export async function getTask(es: Elasticsearch, id: string, signal?: AbortSignal): Promise<TaskState> {
  const request = { method: 'GET', path: path`/_tasks/${taskId(id)}` } as const;
  // Where no result was ever stored, it is the index of results that is not found.
  const answer = await undefinedWhen(['notFound', 'indexNotFound'], ask(es, request, storedTask, signal));
  // Another action under this id: the node was restarted and counts anew.
  if (answer === undefined || answer.task.action !== REINDEX) return { state: 'unknown' };
  if (!answer.completed) return { state: 'running', task: answer.task.task };
  const { error, response } = answer;
  return {
    state: 'done',
    task: answer.task.task,
    response,
    error,
  };
}

/** Resolves when the task is over, also when nobody knows of it. @throws when that cannot be told before `signal` aborts. */
export async function untilTaskEnds(es: Elasticsearch, id: string, signal: AbortSignal): Promise<void> {
  const query = { wait_for_completion: true, timeout: '1m' };
  const request = { method: 'GET', path: path`/_tasks/${taskId(id)}`, query, timeoutMs: 120_000 } as const;
  await undefinedWhen(['notFound', 'indexNotFound'], es.request(request, signal));
}

/**
 * Asks a task to stop. A task that is gone is no error: Elasticsearch then reports node failures with a 200. Whether
 * it stopped is seen by getTask or listReindexTasks.
 */
export async function cancelTask(es: Elasticsearch, id: string, signal?: AbortSignal): Promise<void> {
  await ask(es, { method: 'POST', path: path`/_tasks/${taskId(id)}/_cancel` }, z.object({}), signal);
}

/** @param requestsPerSecond documents per second; -1 lifts the limit. @returns false when the task is gone. */
export async function rethrottle(
  es: Elasticsearch,
  id: string,
  requestsPerSecond: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const query = { requests_per_second: requestsPerSecond };
  const request = { method: 'POST', path: path`/_reindex/${taskId(id)}/_rethrottle`, query } as const;
  const schema = z.object({ nodes: z.record(z.string(), z.unknown()).default({}) });
  return Object.keys((await ask(es, request, schema, signal)).nodes).length > 0;
}

/** Without an id `_tasks/_cancel` would cancel everything. */
function taskId(id: string): string {
  if (!/^[\w-]+:\d+$/.test(id)) throw new RangeError(`'${id.slice(0, 100)}' is not a task id`);
  return id;
}
