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
    if (results.changed > 0)
      throw incomplete(`deletes in ${index}`, `${results.changed} documents were written meanwhile`);
    removed += results.deleted;
  }
  return removed;
}
