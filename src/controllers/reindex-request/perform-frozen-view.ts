import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { incomplete, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { search, type SearchResult } from '../../elasticsearch/search.ts';
import { PAGE } from './page.ts';

/** What a point in time shows of one index. All reads are complete or throw. */
export interface FrozenView {
  readonly pit: string;
  /** Of the index. */
  readonly shardCount: number;
  /** Only documents of this query count; absent: all. */
  readonly query?: unknown;
  /** As many documents as its index lets be asked for at once; absent: PAGE. */
  readonly page?: number | undefined;
  /** Whether its index has to be asked for vectors, as `hidesVectors` says; absent: no. */
  readonly vectors?: boolean;
}

/** The point in time, or a shard of it, is gone for good: it ended, its node did, or its index was closed. */
export class LostView extends Error {
  override readonly name = 'LostView';
  readonly pit: string;

  constructor(pit: string) {
    super('a point in time is lost: what it showed can be read no more');
    this.pit = pit;
  }
}

/** Turns the loss of a point in time into a result; that of any other is thrown on. */
export async function unlessLost<T>(pit: string, result: Promise<T>): Promise<T | { readonly type: 'lost' }> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof LostView && error.pit === pit) return { type: 'lost' };
    throw error;
  }
}

export async function countInView(
  es: Elasticsearch,
  view: FrozenView,
  shard: number | undefined,
  condition: unknown,
  signal: AbortSignal,
): Promise<number> {
  const body = { ...nothingBut(view, condition), size: 0, track_total_hits: true };
  const { total } = await searchView(es, view, shard, body, signal);
  if (total === undefined) throw incomplete('documents of a point in time', 'they are not counted exactly');
  return total;
}

/** Documents that may be asked for at once. */
export function pageIn({ page = PAGE }: FrozenView): number {
  return page;
}

export function numbersBetween(gte: number, lte: number) {
  return { range: { _seq_no: { gte, lte } } };
}

export function nothingBut({ query }: FrozenView, condition: unknown) {
  const filter = query === undefined ? [condition] : [condition, query];
  return { query: { bool: { filter } }, track_total_hits: false };
}

/**
 * @param shard undefined reads all. As many slices as shards make each slice one shard, in a point in time as in a
 * `_reindex`.
 */
export async function searchView(
  es: Elasticsearch,
  { pit, shardCount }: FrozenView,
  shard: number | undefined,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<SearchResult> {
  const slice = shard === undefined || shardCount === 1 ? {} : { slice: { id: shard, max: shardCount } };
  try {
    return await search(es, undefined, { ...body, ...slice, pit: { id: pit } }, signal);
  } catch (error) {
    throw isLoss(error) ? new LostView(pit) : error;
  }
}

/**
 * One lost shard fails the whole search, since partial results are refused: with 404 where the context ended, and, up
 * to some 9.x, with 500 or 503 where its node has left. A loss that was none costs a sweep; one not seen, the end.
 */
export function isLoss(error: unknown): boolean {
  if (isElasticsearchError(error, 'notFound', 'indexNotFound')) return true;
  const isOfServer = isElasticsearchError(error, 'serverError', 'unavailable');
  return isOfServer && LOSSES.has(error.errorType ?? '');
}

const LOSSES: ReadonlySet<string> = new Set([
  // "node [...] is not available": https://github.com/elastic/elasticsearch/pull/142405 makes it a 404.
  'illegal_state_exception',
  'no_shard_available_action_exception',
  // Without a cause of its own: "Search rejected due to missing shards".
  'search_phase_execution_exception',
]);
