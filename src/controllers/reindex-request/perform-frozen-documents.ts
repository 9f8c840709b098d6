import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { type Hit, inSequence } from '../../elasticsearch/search.ts';
import type { Range } from './ranges.ts';
import { type FrozenView, nothingBut, numbersBetween, pageIn, searchView } from './perform-frozen-view.ts';

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
  const body = { ...nothingBut(view, numbersBetween(from, to)), ...inOrder, _source: false, size };
  const documents = (await searchView(es, view, shard, body, signal)).hits.map(numbered);
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
  const { hits } = await searchView(es, view, shard, body, signal);
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
  const these = { bool: { filter: [{ ids: { values: ids } }, numbersBetween(from, to)] } };
  // Within a shard an id stands for one document, whatever its routing.
  const body = { ...nothingBut(view, these), ...inOrder, ...wholeContents(view), size: ids.length };
  return (await searchView(es, view, shard, body, signal)).hits.map(numbered);
}

function wholeContents({ vectors }: FrozenView) {
  return { _source: vectors ? { exclude_vectors: false } : true };
}

export type Numbered = Hit & { readonly seqNo: number };

const inOrder = { sort: [inSequence], seq_no_primary_term: true } as const;

function numbered(hit: Hit): Numbered {
  if (hit.seqNo === undefined) throw new TypeError('a hit has no sequence number although it was asked for');
  return { ...hit, seqNo: hit.seqNo };
}
