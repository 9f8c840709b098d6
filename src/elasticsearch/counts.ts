import { z } from 'zod';
import { ask, everyShard, noShardFailed } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path } from './path.ts';

export interface IndexSize {
  /** As users count them: without nested and deleted ones. */
  readonly documents: number;
  /** Bytes of the primaries. */
  readonly bytes: number;
}

const countSchema = z.object({ count: z.number(), _shards: everyShard });
const storeSchema = z.object({
  _shards: noShardFailed,
  _all: z.object({ primaries: z.object({ store: z.object({ size_in_bytes: z.number() }) }) }),
});

/** Counts documents, of a query or all. @throws ElasticsearchError `incomplete` unless every shard was counted. */
export async function countDocuments(
  es: Elasticsearch,
  index: string,
  query?: unknown,
  signal?: AbortSignal,
): Promise<number> {
  const body = query === undefined ? {} : { query };
  const request = { method: 'POST', path: path`/${concrete(index)}/_count`, body } as const;
  return (await ask(es, request, countSchema, signal)).count;
}

export async function indexSize(es: Elasticsearch, index: string, signal?: AbortSignal): Promise<IndexSize> {
  const request = { method: 'GET', path: path`/${concrete(index)}/_stats/store` } as const;
  const [documents, stats] = await Promise.all([
    countDocuments(es, index, undefined, signal),
    ask(es, request, storeSchema, signal),
  ]);
  return { documents, bytes: stats._all.primaries.store.size_in_bytes };
}
