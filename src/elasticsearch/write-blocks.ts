import { z } from 'zod';
import { ask, stateChangeLimits } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { putSettings } from './indices.ts';
import { concrete, path } from './path.ts';

const schema = z.object({
  acknowledged: z.boolean(),
  shards_acknowledged: z.boolean(),
  indices: z.array(z.object({ name: z.string(), blocked: z.boolean().default(false) })),
});

/**
 * Blocks writes and waits until no write is in flight; the plain setting would return before that.
 * @param target an index or an alias.
 * @returns verified: every shard has confirmed to this very call. A block that was there before answers with an empty
 * list and proves nothing on 8.x: lift it and block again where the proof matters.
 * @throws ElasticsearchError `aliasNotFound` or `indexNotFound` when the target is gone.
 */
export async function blockWrites(
  es: Elasticsearch,
  target: string,
  signal?: AbortSignal,
): Promise<{ readonly verified: boolean }> {
  const request = {
    method: 'PUT',
    path: path`/${concrete(target)}/_block/write`,
    query: stateChangeLimits,
  } as const;
  const { acknowledged, shards_acknowledged, indices } = await ask(es, request, schema, signal);
  const everyIndex = indices.length > 0 && indices.every(({ blocked }) => blocked);
  return { verified: acknowledged && shards_acknowledged && everyIndex };
}

/** Lifts the write block, verified or not; works on every version, unlike `DELETE _block`. */
export function unblockWrites(es: Elasticsearch, index: string, signal?: AbortSignal): Promise<void> {
  return putSettings(es, index, { 'index.blocks.write': null }, signal);
}
