import { z } from 'zod';
import { ask, everyShard } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const schema = z.object({
  timed_out: z.literal(false),
  _shards: everyShard,
  aggregations: z
    .object({
      indices: z.object({
        sum_other_doc_count: z.literal(0),
        buckets: z.array(z.object({ key: z.string(), doc_count: z.number() })),
      }),
    })
    // Without a shard to ask there is nothing to say.
    .optional(),
});

/**
 * How many documents of a query each of these indexes holds; one without any is absent.
 * @throws ElasticsearchError `incomplete` unless every shard was asked, `indexNotFound`, and `forbidden` for an index that
 * the login may not read: with ignore_unavailable it would seem to be empty.
 */
export async function countsByIndex(
  es: Elasticsearch,
  names: readonly string[],
  query: unknown,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const group of inGroups(names)) {
    const aggs = { indices: { terms: { field: '_index', size: group.length } } };
    const request = {
      method: 'POST',
      path: `/${listOf(group)}/_search`,
      query: { allow_partial_search_results: false },
      body: { size: 0, track_total_hits: false, query, aggs },
    } as const;
    const { aggregations } = await ask(es, request, schema, signal);
    for (const { key, doc_count } of aggregations?.indices.buckets ?? []) found.set(key, doc_count);
  }
  return found;
}
