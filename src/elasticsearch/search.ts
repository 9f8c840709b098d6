import { z } from 'zod';
import { ask, everyShard } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path } from './path.ts';

export interface Hit {
  readonly id: string;
  readonly routing: string | undefined;
  /** Undefined when the search asked for none. */
  readonly source: Readonly<Record<string, unknown>> | undefined;
  /** Present when the search asked for `seq_no_primary_term`. */
  readonly seqNo: number | undefined;
  readonly primaryTerm: number | undefined;
  readonly sort: readonly unknown[];
}

export interface SearchResult {
  readonly hits: readonly Hit[];
  /** Undefined unless the search tracked it exactly. */
  readonly total: number | undefined;
  readonly aggregations: Readonly<Record<string, unknown>>;
  /** The id to use from now on, when the search ran on a point in time. */
  readonly pitId: string | undefined;
}

const hit = z
  .object({
    _id: z.string(),
    _routing: z.string().optional(),
    _source: z.record(z.string(), z.unknown()).optional(),
    _seq_no: z.number().optional(),
    _primary_term: z.number().optional(),
    sort: z.array(z.unknown()).default([]),
  })
  .transform((hit) => ({
    id: hit._id,
    routing: hit._routing,
    source: hit._source,
    seqNo: hit._seq_no,
    primaryTerm: hit._primary_term,
    sort: hit.sort,
  }));

const schema = z.object({
  timed_out: z.literal(false),
  terminated_early: z.literal(false).optional(),
  _shards: everyShard,
  hits: z.object({
    total: z.object({ value: z.number(), relation: z.enum(['eq', 'gte']) }).optional(),
    hits: z.array(hit),
  }),
  aggregations: z.record(z.string(), z.unknown()).default({}),
  pit_id: z.string().optional(),
});

/** In the order in which the documents were written. An index that has never had one does not know the field. */
export const inSequence = { _seq_no: { order: 'asc', unmapped_type: 'long' } } as const;

/**
 * A search that is complete or throws: one lost shard of a point in time would otherwise answer 200.
 * @param index undefined when `body.pit` says where to search.
 */
export async function search(
  es: Elasticsearch,
  index: string | undefined,
  body: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<SearchResult> {
  const answer = await ask(
    es,
    {
      method: 'POST',
      path: index === undefined ? '/_search' : path`/${concrete(index)}/_search`,
      query: { allow_partial_search_results: false },
      body,
    },
    schema,
    signal,
  );
  const { total, hits } = answer.hits;
  return {
    hits,
    total: total?.relation === 'eq' ? total.value : undefined,
    aggregations: answer.aggregations,
    pitId: answer.pit_id,
  };
}

const PAGE = 1_000;

/**
 * Documents of one shard that were written after a sequence number and can be searched, oldest first, page by page.
 * @param after the highest sequence number that does not count.
 */
export async function* documentsSince(
  es: Elasticsearch,
  index: string,
  shard: number,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly Hit[]> {
  for (let from = after; ; ) {
    const request = {
      method: 'POST',
      path: path`/${concrete(index)}/_search`,
      query: { allow_partial_search_results: false, preference: `_shards:${shard}` },
      body: {
        size: PAGE,
        track_total_hits: false,
        seq_no_primary_term: true,
        query: { range: { _seq_no: { gt: from } } },
        sort: [inSequence],
      },
    } as const;
    const { hits } = (await ask(es, request, schema, signal)).hits;
    const last = hits.at(-1)?.seqNo;
    if (last === undefined) return;
    yield hits;
    from = last;
  }
}

/** Some documents of a query, with their sequence numbers; in no order worth relying on. */
export async function sample(
  es: Elasticsearch,
  index: string,
  query: unknown,
  size: number,
  signal?: AbortSignal,
): Promise<readonly Hit[]> {
  const body = { query, size, track_total_hits: false, seq_no_primary_term: true };
  return (await search(es, index, body, signal)).hits;
}

/** The ids of some documents of a query, which may be large: nothing else of them is read. */
export async function someIds(
  es: Elasticsearch,
  index: string,
  query: object | undefined,
  size: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const body = { ...(query ? { query } : {}), size, _source: false, track_total_hits: false, sort: ['_doc'] };
  return (await search(es, index, body, signal)).hits.map(({ id }) => id);
}
