import { z } from 'zod';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { Tallies } from './departures.ts';
import type { Range } from './ranges.ts';
import {
  countInView,
  type FrozenView,
  nothingBut,
  numbersBetween,
  searchView,
} from './perform-frozen-view.ts';

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
  const should = ranges.map(({ from, to }) => numbersBetween(from, to));
  const body = { ...nothingBut(view, { bool: { should } }), size: 0, aggs: { numbers } };
  const { aggregations } = await searchView(es, view, ranges[0]?.shard, body, signal);
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
  const body = { ...nothingBut(view, numbersBetween(from, to)), size: 0, aggs: { spread } };
  const { aggregations } = await searchView(es, view, shard, body, signal);
  return firsts.parse(aggregations['spread']).buckets.map(({ first }) => first.value);
}

/** How many of these numbers of a shard are documents still. @param numbers at most `pageIn` the view. */
export function countNumbered(
  es: Elasticsearch,
  view: FrozenView,
  shard: number,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  return countInView(es, view, shard, { terms: { _seq_no: numbers } }, signal);
}
