import { z } from 'zod';
import { isRead } from './elasticsearch.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';

/**
 * Sends a request and reads just what is used of the answer.
 * @throws ElasticsearchError of class `incomplete` when the answer has another form: it then says nothing.
 */
export async function ask<T>(
  es: Elasticsearch,
  request: ElasticsearchRequest,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const parsed = schema.safeParse(await es.request(request, signal));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw incompleteAnswer(request, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/**
 * How long Elasticsearch itself waits for its master and nodes. Below the time limit of any sensible connection, so
 * that a slow master ends in an answer and not in an unknown outcome.
 */
export const stateChangeLimits = { master_timeout: '10s', timeout: '10s' } as const;

/** For changes of the cluster state: an answer without `acknowledged: true` says that not every node has heard of it. */
export async function askAcknowledged(
  es: Elasticsearch,
  request: ElasticsearchRequest,
  signal?: AbortSignal,
): Promise<void> {
  const limited = { ...request, query: { ...stateChangeLimits, ...request.query } };
  const { acknowledged } = await ask(es, limited, z.object({ acknowledged: z.boolean() }), signal);
  if (!acknowledged) throw incompleteAnswer(request, 'acknowledged: false');
}

/** @param detail what is missing, for logs. */
export function incompleteAnswer(request: ElasticsearchRequest, detail: string): ElasticsearchError {
  return new ElasticsearchError({
    errorClass: 'incomplete',
    outcomeUnknown: !isRead(request),
    publicMessage: `${request.method} ${request.path.slice(0, 200)}: the answer is incomplete; it is asked for again.`,
    detail: detail.slice(0, 500),
  });
}

/** A JSON object, whatever is in it. */
export const jsonObject = z.record(z.string(), z.unknown());

/** `_shards` of statistics, refresh and flush: copies that are not assigned count in the total and do not fail. */
export const noShardFailed = z.object({ failed: z.literal(0), successful: z.number() });

/**
 * `_shards` of a search or count that saw every shard: one that is not assigned is neither successful nor, always,
 * failed. Anything less would make "absent" of "unreachable".
 */
export const everyShard = z
  .object({ failed: z.literal(0), successful: z.number(), total: z.number() })
  .refine(({ successful, total }) => successful === total, 'not every shard answered');
