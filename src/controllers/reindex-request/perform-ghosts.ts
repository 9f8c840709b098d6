import { deleteDocuments } from '../../elasticsearch/bulk.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { incomplete } from '../../elasticsearch/errors.ts';
import { type DocumentKey, getDocuments } from '../../elasticsearch/multi-get.ts';
import { chunks } from './departures.ts';
import { PAGE } from './page.ts';

/**
 * Deletes documents that the source has no more, each exactly as it is read here.
 * @returns how many there were.
 * @throws ElasticsearchError `incomplete` when one was written meanwhile: it stays, and is judged again.
 */
export async function removeGhosts(
  es: Elasticsearch,
  index: string,
  ghosts: readonly DocumentKey[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const keys of chunks(ghosts, PAGE)) {
    const found = await getDocuments(es, index, keys, {}, signal);
    const stored = found.filter((document) => document !== undefined);
    const results = await deleteDocuments(es, index, stored, {}, signal);
    if (results.changed > 0) await requireGone(es, index, stored, signal);
    removed += results.deleted;
  }
  return removed;
}

/** A range beside may have written the same id with another routing in its place: that is a document of its own. */
async function requireGone(
  es: Elasticsearch,
  index: string,
  keys: readonly DocumentKey[],
  signal: AbortSignal,
): Promise<void> {
  const left = (await getDocuments(es, index, keys, {}, signal)).filter((document) => document !== undefined);
  if (left.length > 0)
    throw incomplete(`deletes in ${index}`, `${left.length} documents were written meanwhile`);
}
