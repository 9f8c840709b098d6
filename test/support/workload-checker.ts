import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { closePointInTime, openPointInTime } from '../../src/elasticsearch/point-in-time.ts';
import { refresh } from '../../src/elasticsearch/refresh.ts';
import { search } from '../../src/elasticsearch/search.ts';

/** A document as it is found. */
export interface Found {
  readonly id: string;
  readonly version: unknown;
}

/** What a copy has made of the documents of the writers. */
export interface Verdict {
  /** Documents that must be there. */
  readonly expected: number;
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** Deleted, and there all the same. */
  readonly ghosts: number;
  /** There with another version than the last one that was acknowledged. */
  readonly stale: number;
  /** Found a second time, in another shard or index. */
  readonly duplicated: number;
  /** A few ids of each. */
  readonly examples: Readonly<Record<Fault, readonly string[]>>;
}

type Fault = 'lost' | 'ghosts' | 'stale' | 'duplicated';

const EXAMPLES = 5;

/** Compares every document that readers of an alias find with what the writers know. */
export async function checkWorkload(
  es: Elasticsearch,
  alias: string,
  expected: ReadonlyMap<string, number>,
): Promise<Verdict> {
  await refresh(es, alias);
  return compareDocuments(expected, documentsBehind(es, alias));
}

/** Compares one by one; the order does not matter. */
export async function compareDocuments(
  expected: ReadonlyMap<string, number>,
  found: AsyncIterable<Found> | Iterable<Found>,
): Promise<Verdict> {
  const faults: Record<Fault, string[]> = { lost: [], ghosts: [], stale: [], duplicated: [] };
  const seen = new Set<string>();
  for await (const { id, version } of found) {
    if (seen.has(id)) faults.duplicated.push(id);
    else if (!expected.has(id)) faults.ghosts.push(id);
    else if (expected.get(id) !== version) faults.stale.push(id);
    seen.add(id);
  }
  faults.lost = [...expected.keys()].filter((id) => !seen.has(id));
  return {
    expected: expected.size,
    lost: faults.lost.length,
    ghosts: faults.ghosts.length,
    stale: faults.stale.length,
    duplicated: faults.duplicated.length,
    examples: {
      lost: faults.lost.slice(0, EXAMPLES),
      ghosts: faults.ghosts.slice(0, EXAMPLES),
      stale: faults.stale.slice(0, EXAMPLES),
      duplicated: faults.duplicated.slice(0, EXAMPLES),
    },
  };
}

/** True when the copy is exact. */
export function isExact({ lost, ghosts, stale, duplicated }: Verdict): boolean {
  return lost + ghosts + stale + duplicated === 0;
}

export function verdictLine({ expected, lost, ghosts, stale, duplicated }: Verdict): string {
  return `${expected} documents: ${lost} lost, ${ghosts} ghosts, ${stale} stale, ${duplicated} duplicated`;
}

const PAGE = 10_000;
const KEEP_ALIVE = '5m';

/** Every document of every index behind the alias, as of one moment. */
async function* documentsBehind(es: Elasticsearch, alias: string): AsyncGenerator<Found> {
  const pit = await openPointInTime(es, alias, KEEP_ALIVE);
  try {
    for (let after: readonly unknown[] | undefined, more = true; more; ) {
      const { hits } = await search(es, undefined, pageOf(pit, after));
      for (const { id, source } of hits) yield { id, version: source?.['version'] };
      after = hits.at(-1)?.sort;
      more = hits.length === PAGE;
    }
  } finally {
    await closePointInTime(es, pit);
  }
}

function pageOf(id: string, after: readonly unknown[] | undefined) {
  return {
    pit: { id, keep_alive: KEEP_ALIVE },
    size: PAGE,
    track_total_hits: false,
    _source: ['version'],
    sort: ['_shard_doc'],
    ...(after && { search_after: after }),
  };
}
