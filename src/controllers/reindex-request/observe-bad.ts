import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { search } from '../../elasticsearch/search.ts';
import { chunks } from './departures.ts';
import { errorIndex } from './error-index.ts';
import { pageOf } from './page.ts';
import { countNumbered, LostView } from './perform-frozen-view.ts';
import type { Observed } from './observed.ts';
import type { Situation } from './situation.ts';

/**
 * How many of the documents that could not be written are still there: one that was corrected has another number, one
 * that was deleted or does not match the query any more has none.
 */
export async function readBad(
  situation: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Pick<Observed, 'bad'>> {
  const { copy } = situation.status;
  const page = pageOf(situation.source?.settings);
  if (!copy?.bad) return {};
  if (copy.pit === undefined) return { bad: 'lost' };
  const view = { pit: copy.pit, shardCount: copy.shards.length, query: situation.spec.source.query };
  try {
    let alive = 0;
    for (const [shard, numbers] of await writtenDown(situation, es, signal))
      for (const some of chunks(numbers, page)) alive += await countNumbered(es, view, shard, some, signal);
    return { bad: alive };
  } catch (error) {
    if (!(error instanceof LostView)) throw error;
    return { bad: 'lost' };
  }
}

/** More than any policy allows. */
const MOST = 10_000;

async function writtenDown(
  { uid, attempt, spec }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const body = {
    query: { bool: { filter: [{ term: { request: uid } }, { term: { attempt } }] } },
    size: MOST,
    track_total_hits: false,
    _source: ['shard', 'seqNo'],
  };
  const { hits } = await search(es, errorIndex(spec.destination.index), body, signal);
  const byShard = Map.groupBy(hits, ({ source }) => Number(source?.['shard']));
  return new Map(
    [...byShard].map(([shard, some]) => [shard, some.map(({ source }) => Number(source?.['seqNo']))]),
  );
}
