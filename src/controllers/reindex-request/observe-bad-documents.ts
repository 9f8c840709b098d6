import { z } from 'zod';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import { search } from '../../elasticsearch/search.ts';
import { errorIndex } from './error-index.ts';
import type { Range } from './ranges.ts';

/** Whose documents could not be written. */
export interface Attempt {
  readonly uid: string;
  readonly attempt: number;
}

/** A document that could not be written, by the number that it had then. */
export interface BadDocument extends DocumentKey {
  readonly shard: number;
  readonly seqNo: number;
}

export function ofAttempt({ uid, attempt }: Attempt) {
  return [{ term: { request: uid } }, { term: { attempt } }];
}

const entry = z.object({
  shard: z.number(),
  seqNo: z.number(),
  id: z.string(),
  routing: z.string().optional(),
});

/** More than any policy allows. */
const MOST = 10_000;

/** All that an attempt has written down. @param range only those of it. */
export async function badDocuments(
  es: Elasticsearch,
  destination: string,
  attempt: Attempt,
  signal: AbortSignal,
  range?: Range,
): Promise<readonly BadDocument[]> {
  const place = range
    ? [{ term: { shard: range.shard } }, { range: { seqNo: { gte: range.from, lte: range.to } } }]
    : [];
  const body = {
    query: { bool: { filter: [...ofAttempt(attempt), ...place] } },
    size: MOST,
    track_total_hits: false,
    _source: ['shard', 'seqNo', 'id', 'routing'],
  };
  const { hits } = await search(es, errorIndex(destination), body, signal);
  return hits.map(({ source }) => {
    const { routing, ...place } = entry.parse(source);
    return { ...place, routing };
  });
}

export function numbersByShard(bad: readonly BadDocument[]): ReadonlyMap<number, readonly number[]> {
  const byShard = Map.groupBy(bad, ({ shard }) => shard);
  return new Map([...byShard].map(([shard, some]) => [shard, some.map(({ seqNo }) => seqNo)]));
}
