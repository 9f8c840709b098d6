import { z } from 'zod';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { incomplete, isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import { type Hit, inSequence, search, type SearchResult } from '../../elasticsearch/search.ts';
import { chunks, type Tallies } from './departures.ts';
import { PAGE } from './page.ts';
import type { Range } from './ranges.ts';

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

const histogram = z.object({
  buckets: z.array(
    z.object({ key: z.number(), doc_count: z.number(), sum: z.object({ value: z.number() }) }),
  ),
});
const firsts = z.object({ buckets: z.array(z.object({ first: z.object({ value: z.number() }) })) });

/**
 * How many documents of the ranges there are per `width` sequence numbers, and the sum of their numbers, by the first
 * number; none where there is none.
 * @param ranges of one shard; 1,000 at most, which is what a query takes on the smallest node.
 */
export async function tallyByNumber(
  es: Elasticsearch,
  view: FrozenView,
  ranges: readonly Range[],
  width: number,
  signal: AbortSignal,
): Promise<Tallies> {
  const aggs = { sum: { sum: { field: '_seq_no' } } };
  const numbers = { histogram: { field: '_seq_no', interval: width, min_doc_count: 1 }, aggs };
  const should = ranges.map(({ from, to }) => between(from, to));
  const body = { ...nothingBut(view, { bool: { should } }), size: 0, aggs: { numbers } };
  const { aggregations } = await read(es, view, ranges[0]?.shard, body, signal);
  const { buckets } = histogram.parse(aggregations['numbers']);
  return new Map(buckets.map(({ key, doc_count, sum }) => [key, { documents: doc_count, sum: sum.value }]));
}

/** One document out of every `interval` numbers of the range, by its number: the first one. */
export async function spreadNumbers(
  es: Elasticsearch,
  view: FrozenView,
  { shard, from, to }: Range,
  interval: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const aggs = { first: { min: { field: '_seq_no' } } };
  const spread = { histogram: { field: '_seq_no', interval, min_doc_count: 1 }, aggs };
  const body = { ...nothingBut(view, between(from, to)), size: 0, aggs: { spread } };
  const { aggregations } = await read(es, view, shard, body, signal);
  return firsts.parse(aggregations['spread']).buckets.map(({ first }) => first.value);
}

interface FirstDocuments {
  readonly documents: readonly Numbered[];
  /** The number that they reach up to; undefined where the range has no more than them. */
  readonly reached: number | undefined;
}

/** The first documents of a range, in the order of their numbers. Without content. @param most fewer where the index says so. */
export async function firstDocuments(
  es: Elasticsearch,
  view: FrozenView,
  { shard, from, to }: Range,
  most: number,
  signal: AbortSignal,
): Promise<FirstDocuments> {
  const size = Math.min(most, pageIn(view));
  const body = { ...nothingBut(view, between(from, to)), ...inOrder, _source: false, size };
  const documents = (await read(es, view, shard, body, signal)).hits.map(numbered);
  return { documents, reached: documents.length < size ? undefined : documents.at(-1)?.seqNo };
}

/**
 * The documents that have these numbers in a shard, in order; fewer where a number is no document of the view.
 * @param numbers at most `pageIn` the view.
 */
export async function documentsNumbered(
  es: Elasticsearch,
  view: FrozenView,
  shard: number,
  numbers: readonly number[],
  options: { readonly source: boolean },
  signal: AbortSignal,
): Promise<readonly Numbered[]> {
  const terms = { terms: { _seq_no: numbers } };
  const contents = options.source ? wholeContents(view) : { _source: false };
  const body = { ...nothingBut(view, terms), ...inOrder, ...contents, size: numbers.length };
  const { hits } = await read(es, view, shard, body, signal);
  return hits.map(numbered);
}

/** The documents of a range that have these ids, with their content. @param ids 10,000 at most. */
export async function documentsWithIds(
  es: Elasticsearch,
  view: FrozenView,
  { shard, from, to }: Range,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Numbered[]> {
  const these = { bool: { filter: [{ ids: { values: ids } }, between(from, to)] } };
  // Within a shard an id stands for one document, whatever its routing.
  const body = { ...nothingBut(view, these), ...inOrder, ...wholeContents(view), size: ids.length };
  return (await read(es, view, shard, body, signal)).hits.map(numbered);
}

function wholeContents({ vectors }: FrozenView) {
  return { _source: vectors ? { exclude_vectors: false } : true };
}

/** How many of these numbers of a shard are documents still. @param numbers at most `pageIn` the view. */
export function countNumbered(
  es: Elasticsearch,
  view: FrozenView,
  shard: number,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  return count(es, view, shard, { terms: { _seq_no: numbers } }, signal);
}

/** Those of the documents that the view does not show. */
export async function absentFrom<T extends DocumentKey>(
  es: Elasticsearch,
  view: FrozenView,
  documents: readonly T[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const absent: T[] = [];
  for (const some of chunks(documents, pageIn(view)))
    absent.push(...(await absentAmong(es, view, some, signal)));
  return absent;
}

async function absentAmong<T extends DocumentKey>(
  es: Elasticsearch,
  view: FrozenView,
  documents: readonly T[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const plain = documents.filter(({ routing }) => routing === undefined);
  const routed = documents.filter(({ routing }) => routing !== undefined);
  // Counting is many times cheaper than reading ids, and proves all or nothing where an id stands for one document.
  const ids = [...new Set(plain.map(({ id }) => id))];
  const shown = ids.length === 0 ? 0 : await countPlain(es, view, ids, signal);
  const some = shown > 0 && shown < ids.length;
  const present = await keysShown(es, view, some ? documents : routed, signal);
  const isPlainPresent = (key: T) => (some ? present.has(keyOf(key)) : shown > 0);
  return documents.filter((key) =>
    key.routing === undefined ? !isPlainPresent(key) : !present.has(keyOf(key)),
  );
}

function countPlain(
  es: Elasticsearch,
  view: FrozenView,
  values: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const plain = { bool: { filter: [{ ids: { values } }], must_not: [{ exists: { field: '_routing' } }] } };
  return count(es, view, undefined, plain, signal);
}

async function count(
  es: Elasticsearch,
  view: FrozenView,
  shard: number | undefined,
  condition: unknown,
  signal: AbortSignal,
): Promise<number> {
  const body = { ...nothingBut(view, condition), size: 0, track_total_hits: true };
  const { total } = await read(es, view, shard, body, signal);
  if (total === undefined) throw incomplete('documents of a point in time', 'they are not counted exactly');
  return total;
}

async function keysShown(
  es: Elasticsearch,
  view: FrozenView,
  documents: readonly DocumentKey[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  if (documents.length === 0) return keys;
  const values = [...new Set(documents.map(({ id }) => id))];
  const size = pageIn(view);
  const sorted = { ...nothingBut(view, { ids: { values } }), _source: false, size, sort: ['_shard_doc'] };
  // More than one page where ids repeat under several routings, or the index has small ones.
  let after: readonly unknown[] | undefined;
  do {
    const body = { ...sorted, ...(after && { search_after: after }) };
    const { hits } = await read(es, view, undefined, body, signal);
    for (const hit of hits) keys.add(keyOf(hit));
    after = hits.length < size ? undefined : hits.at(-1)?.sort;
  } while (after);
  return keys;
}

/** Documents that may be asked for at once. */
export function pageIn({ page = PAGE }: FrozenView): number {
  return page;
}

function keyOf({ id, routing }: DocumentKey): string {
  return JSON.stringify([id, routing]);
}

export type Numbered = Hit & { readonly seqNo: number };

const inOrder = { sort: [inSequence], seq_no_primary_term: true } as const;

function numbered(hit: Hit): Numbered {
  if (hit.seqNo === undefined) throw new TypeError('a hit has no sequence number although it was asked for');
  return { ...hit, seqNo: hit.seqNo };
}

function between(gte: number, lte: number) {
  return { range: { _seq_no: { gte, lte } } };
}

function nothingBut({ query }: FrozenView, condition: unknown) {
  const filter = query === undefined ? [condition] : [condition, query];
  return { query: { bool: { filter } }, track_total_hits: false };
}

/**
 * @param shard undefined reads all. As many slices as shards make each slice one shard, in a point in time as in a
 * `_reindex`.
 */
async function read(
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
