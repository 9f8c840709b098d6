import { z } from 'zod';
import { ask, everyShard } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';
import { search } from './search.ts';

/**
 * Freezes what a search sees. Every search on it renews the time it is kept.
 * @param keepAlive e.g. `1h`.
 */
export async function openPointInTime(
  es: Elasticsearch,
  index: string,
  keepAlive: string,
  signal?: AbortSignal,
): Promise<string> {
  const query = { keep_alive: keepAlive, allow_partial_search_results: false };
  const request = { method: 'POST', path: path`/${concrete(index)}/_pit`, query } as const;
  // 8.16 does not say how many shards it took; it refuses partial ones by itself.
  const schema = z.object({ id: z.string(), _shards: everyShard.optional() });
  return (await ask(es, request, schema, signal)).id;
}

/** Lets go of it. One that is lost already is no error. */
export async function closePointInTime(es: Elasticsearch, id: string, signal?: AbortSignal): Promise<void> {
  const request = { method: 'DELETE', path: '/_pit', body: { id } } as const;
  await undefinedWhen(['notFound'], ask(es, request, z.object({}), signal));
}

/**
 * Begins the time that it is kept anew, on every shard.
 * @throws ElasticsearchError when one of its shards is lost: most often `notFound`.
 * @returns the id to use from now on.
 */
export async function renewPointInTime(
  es: Elasticsearch,
  id: string,
  keepAlive: string,
  signal?: AbortSignal,
): Promise<string> {
  const body = { size: 0, track_total_hits: false, pit: { id, keep_alive: keepAlive } };
  return (await search(es, undefined, body, signal)).pitId ?? id;
}
