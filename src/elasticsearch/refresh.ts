import { z } from 'zod';
import { ask, noShardFailed } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path } from './path.ts';

// No shard at all would be a success that has done nothing: the primary is not there.
const schema = z.object({ _shards: noShardFailed.extend({ successful: z.number().min(1) }) });

/**
 * Makes every acknowledged write searchable.
 * A primary that is not assigned is waited for, up to a minute, and then passed over in silence, just like a replica:
 * look at indexHealth before and ask primaryShards after it.
 * @throws ElasticsearchError `incomplete` when a shard failed or none was there.
 */
export async function refresh(es: Elasticsearch, index: string, signal?: AbortSignal): Promise<void> {
  await ask(es, { method: 'POST', path: path`/${concrete(index)}/_refresh` }, schema, signal);
}

/** Commits, and moves global checkpoints that an async translog holds back. @throws as refresh does. */
export async function flush(es: Elasticsearch, index: string, signal?: AbortSignal): Promise<void> {
  await ask(es, { method: 'POST', path: path`/${concrete(index)}/_flush` }, schema, signal);
}
