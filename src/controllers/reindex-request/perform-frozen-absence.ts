import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import { chunks } from './departures.ts';
import { countInView, type FrozenView, nothingBut, pageIn, searchView } from './perform-frozen-view.ts';

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
  return countInView(es, view, undefined, plain, signal);
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
    const { hits } = await searchView(es, view, undefined, body, signal);
    for (const hit of hits) keys.add(keyOf(hit));
    after = hits.length < size ? undefined : hits.at(-1)?.sort;
  } while (after);
  return keys;
}

function keyOf({ id, routing }: DocumentKey): string {
  return JSON.stringify([id, routing]);
}
