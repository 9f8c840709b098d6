import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path } from './path.ts';

export type HealthStatus = 'green' | 'yellow' | 'red';

export interface Health {
  /** An index that does not exist is red. */
  readonly status: HealthStatus;
  readonly nodes: number;
  readonly dataNodes: number;
  readonly activeShards: number;
  readonly unassigned: number;
  readonly pendingTasks: number;
}

export interface HealthOptions {
  readonly waitForStatus?: 'green' | 'yellow';
  /** Milliseconds that Elasticsearch waits for the status; 1,000 when absent. Stay below the request timeout. */
  readonly waitMs?: number;
}

const schema = z.object({
  status: z.enum(['green', 'yellow', 'red']),
  number_of_nodes: z.number(),
  number_of_data_nodes: z.number(),
  active_shards: z.number(),
  unassigned_shards: z.number(),
  number_of_pending_tasks: z.number(),
});

export function clusterHealth(
  es: Elasticsearch,
  options: HealthOptions = {},
  signal?: AbortSignal,
): Promise<Health> {
  return health(es, '/_cluster/health', options, signal);
}

/** @param index one concrete name, or several: the worst of them is told. */
export function indexHealth(
  es: Elasticsearch,
  index: string | readonly string[],
  options: HealthOptions = {},
  signal?: AbortSignal,
): Promise<Health> {
  const names = [index].flat().map(concrete).join(',');
  return health(es, path`/_cluster/health/${names}`, options, signal);
}

const perIndex = z.object({
  indices: z.record(z.string(), z.object({ status: z.enum(['green', 'yellow', 'red']) })).default({}),
});

/** Each of these indexes by itself, in one request. One that does not exist is red. */
export async function healthOfEach(
  es: Elasticsearch,
  indices: readonly string[],
  signal?: AbortSignal,
): Promise<Readonly<Record<string, HealthStatus>>> {
  const names = indices.map(concrete);
  const query = { level: 'indices', timeout: '1s', filter_path: 'indices.*.status' };
  const request = { method: 'GET', path: path`/_cluster/health/${names.join(',')}`, query } as const;
  // 408: an index is missing, the figures of the others are right.
  const answer = await ask(es, { ...request, alsoAccept: [408] }, perIndex, signal);
  return Object.fromEntries(names.map((name) => [name, answer.indices[name]?.status ?? 'red']));
}

async function health(
  es: Elasticsearch,
  path: string,
  { waitForStatus, waitMs = 1000 }: HealthOptions,
  signal?: AbortSignal,
): Promise<Health> {
  const query = { timeout: `${waitMs}ms`, ...(waitForStatus && { wait_for_status: waitForStatus }) };
  // 408 carries a normal body: the wait was in vain, the figures are right.
  const answer = await ask(es, { method: 'GET', path, query, alsoAccept: [408] }, schema, signal);
  return {
    status: answer.status,
    nodes: answer.number_of_nodes,
    dataNodes: answer.number_of_data_nodes,
    activeShards: answer.active_shards,
    unassigned: answer.unassigned_shards,
    pendingTasks: answer.number_of_pending_tasks,
  };
}
