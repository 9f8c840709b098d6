import { z } from 'zod';
import { ask, everyShard } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const counted = z.object({ key: z.string(), doc_count: z.number() });

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
  const buckets = await bucketsByIndex(es, names, { bucket: counted, query }, signal);
  return new Map(buckets.map(({ key, doc_count }) => [key, doc_count]));
}

const dated = z.object({ key: z.string(), newest: z.object({ value: z.number().nullable() }) });

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
  const aggs = { newest: { max: { field } } };
  const buckets = await bucketsByIndex(es, names, { bucket: dated, aggs, mayBeGone: true }, signal);
  return new Map(buckets.flatMap(({ key, newest }) => (newest.value === null ? [] : [[key, newest.value]])));
}

interface Question<Bucket> {
  readonly bucket: z.ZodType<Bucket>;
  /** Absent: of all documents. */
  readonly query?: unknown;
  /** What is asked of the documents of each index besides their number. */
  readonly aggs?: object;
  /** Whether an index that is gone or closed may count as one without documents. */
  readonly mayBeGone?: boolean;
}

async function bucketsByIndex<Bucket>(
  es: Elasticsearch,
  names: readonly string[],
  { bucket, query, aggs, mayBeGone = false }: Question<Bucket>,
  signal: AbortSignal | undefined,
): Promise<readonly Bucket[]> {
  const buckets: Bucket[] = [];
  for (const group of inGroups(names)) {
    const indices = { terms: { field: '_index', size: group.length }, aggs };
    const request = {
      method: 'POST',
      path: `/${listOf(group)}/_search`,
      query: { ...(mayBeGone && { ignore_unavailable: true }), allow_partial_search_results: false },
      body: { size: 0, track_total_hits: false, query, aggs: { indices } },
    } as const;
    const { aggregations } = await ask(es, request, answerOf(bucket), signal);
    buckets.push(...(aggregations?.indices.buckets ?? []));
  }
  return buckets;
}

const answerOf = <Bucket>(bucket: z.ZodType<Bucket>) =>
  z.object({
    timed_out: z.literal(false),
    _shards: everyShard,
    aggregations: z
      .object({ indices: z.object({ sum_other_doc_count: z.literal(0), buckets: z.array(bucket) }) })
      // Without a shard to ask there is nothing to say.
      .optional(),
  });
