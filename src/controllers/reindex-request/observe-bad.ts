import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getDocuments } from '../../elasticsearch/multi-get.ts';
import { type BadDocument, badDocuments, numbersByShard } from './observe-bad-documents.ts';
import { chunks } from './departures.ts';
import { pageOf } from './page.ts';
import { countNumbered } from './perform-frozen-numbers.ts';
import { LostView } from './perform-frozen-view.ts';
import type { Observed } from './observed.ts';
import type { Situation } from './situation.ts';

type Read = Promise<Pick<Observed, 'bad'>>;

/**
 * How many of the documents that could not be written are still there: one that was corrected has another number, one
 * that was deleted or does not match the query any more has none.
 */
export async function readBad(situation: Situation, es: Elasticsearch, signal: AbortSignal): Read {
  return situation.status.copy?.bad
    ? countIn(situation, await written(situation, es, signal), es, signal)
    : {};
}

/**
 * The same by the source of now, before a request fails for them: what was corrected since the point in time of the round
 * that has found them is copied by the next one. With CopyOnly there is none.
 */
export async function readUncorrected(situation: Situation, es: Elasticsearch, signal: AbortSignal): Read {
  const { status, source, spec } = situation;
  if (spec.writeMode === 'CopyOnly') return readBad(situation, es, signal);
  if (!status.copy?.bad || !source) return {};
  const bad = await written(situation, es, signal);
  const left: BadDocument[] = [];
  for (const some of chunks(bad, pageOf(source.settings))) {
    const now = await getDocuments(es, source.name, some, {}, signal);
    left.push(...some.filter(({ seqNo }, at) => now[at]?.seqNo === seqNo));
  }
  return countIn(situation, left, es, signal);
}

function written(
  { uid, attempt, spec }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly BadDocument[]> {
  return badDocuments(es, spec.destination.index, { uid, attempt }, signal);
}

async function countIn(
  { status: { copy }, source, spec }: Situation,
  bad: readonly BadDocument[],
  es: Elasticsearch,
  signal: AbortSignal,
): Read {
  if (copy?.pit === undefined) return { bad: 'lost' };
  const view = { pit: copy.pit, shardCount: copy.shards.length, query: spec.source.query };
  try {
    let alive = 0;
    for (const [shard, numbers] of numbersByShard(bad))
      for (const some of chunks(numbers, pageOf(source?.settings)))
        alive += await countNumbered(es, view, shard, some, signal);
    return { bad: alive };
  } catch (error) {
    if (!(error instanceof LostView)) throw error;
    return { bad: 'lost' };
  }
}
