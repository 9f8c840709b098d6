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
        buckets: z.array(z.object({ key: z.string(), newest: z.object({ value: z.number().nullable() }) })),
      }),
    })
    // Without a shard to ask there is nothing to say.
    .optional(),
});

/**
 * The newest value of a date field in each of these indexes, in milliseconds since the epoch. One without documents, or
 * without the field, is absent. Ask only where the field is a date: a number is told as it is, whatever it counts.
 * @throws ElasticsearchError `incomplete` unless every shard was asked; `invalid` for all when one has text there.
 */
export async function newestTimestamps(
  es: Elasticsearch,
  names: readonly string[],
  field: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const group of inGroups(names)) {
    const request = {
      method: 'POST',
      path: `/${listOf(group)}/_search`,
      query: { ignore_unavailable: true, allow_partial_search_results: false },
      body: searchBody(field, group.length),
    } as const;
    const { aggregations } = await ask(es, request, schema, signal);
    for (const { key, newest } of aggregations?.indices.buckets ?? [])
      if (newest.value !== null) found.set(key, newest.value);
  }
  return found;
}

function searchBody(field: string, size: number) {
  const newest = { max: { field } };
  return {
    size: 0,
    track_total_hits: false,
    aggs: { indices: { terms: { field: '_index', size }, aggs: { newest } } },
  };
}
