import { isDeepStrictEqual } from 'node:util';
import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { getIndex } from '../../src/elasticsearch/indices.ts';
import type { IndexInfo } from '../../src/elasticsearch/indices.ts';
import { listReindexTasks } from '../../src/elasticsearch/tasks.ts';
import type { ReindexBed } from './reindex-bed.ts';

/** What users do with indexes, and how they look at them. */
export interface Document {
  readonly id: string;
  readonly source: unknown;
  readonly routing?: string | undefined;
}

/** Settings and mappings of an index, or what an alias of it says. */
export type IndexBody = Readonly<Record<string, unknown>>;

export const oneShard: IndexBody = { settings: { number_of_shards: 1, number_of_replicas: 0 } };
export const twoShards: IndexBody = { settings: { number_of_shards: 2, number_of_replicas: 0 } };

export async function createIndex(es: Elasticsearch, index: string, body: IndexBody = {}): Promise<void> {
  await es.request({ method: 'PUT', path: `/${index}`, body });
}

export interface SourceOptions {
  readonly documents?: readonly Document[];
  readonly index?: IndexBody;
}

/** An index to copy from, the name of one to copy to, and a name for whatever belongs to the two. */
export async function createSource(
  bed: ReindexBed,
  { documents = numbered(20), index = oneShard }: SourceOptions = {},
): Promise<{ readonly from: string; readonly to: string; readonly name: string }> {
  const name = bed.name();
  const [from, to] = [`${name}-old`, `${name}-new`];
  await createIndex(bed.es, from, index);
  if (documents.length > 0) await write(bed.es, from, documents);
  return { from, to, name };
}

/** Numbered documents in one bulk request: `{n, text}` under the ids `0`, `1`, ... */
export function numbered(count: number): readonly Document[] {
  return Array.from({ length: count }, (_, n) => ({
    id: String(n),
    source: { n, text: `document ${n}` },
  }));
}

/** @param refresh false leaves them invisible, as an index with a slow refresh does. */
export async function write(
  es: Elasticsearch,
  index: string,
  documents: readonly Document[],
  refresh = true,
): Promise<void> {
  const lines = documents.flatMap(({ id, source, routing }) => [
    JSON.stringify({ index: { _id: id, ...(routing === undefined ? {} : { routing }) } }),
    JSON.stringify(source),
  ]);
  const body = `${lines.join('\n')}\n`;
  const answer = await es.request({ method: 'POST', path: `/${index}/_bulk`, query: { refresh }, body });
  if ((answer as { errors: boolean }).errors)
    throw new Error(`some documents were not written to ${index}`, { cause: answer });
}

/** Every document with content and routing, ordered by id. At most 10,000. */
export async function documentsOf(es: Elasticsearch, index: string): Promise<readonly Document[]> {
  await es.request({ method: 'POST', path: `/${index}/_refresh` });
  const answer = (await es.request({
    method: 'POST',
    path: `/${index}/_search`,
    body: { size: 10_000, query: { match_all: {} } },
  })) as { hits: { hits: { _id: string; _source: unknown; _routing?: string }[] } };
  return answer.hits.hits
    .map(({ _id, _source, _routing }) => ({ id: _id, source: _source, routing: _routing }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export async function indexOf(es: Elasticsearch, name: string): Promise<IndexInfo | undefined> {
  return (await getIndex(es, name))[0];
}

export async function addAliases(
  es: Elasticsearch,
  index: string,
  aliases: Readonly<Record<string, IndexBody>>,
): Promise<void> {
  const actions = Object.entries(aliases).map(([alias, definition]) => ({
    add: { index, alias, ...definition },
  }));
  await es.request({ method: 'POST', path: '/_aliases', body: { actions } });
}

/** Reindex tasks of one request, by its uid. */
export async function tasksOf(es: Elasticsearch, uid: string): Promise<readonly string[]> {
  const { tasks } = await listReindexTasks(es);
  return tasks.flatMap(({ opaqueId }) => (opaqueId?.startsWith(`${uid}/`) ? [opaqueId] : []));
}

/** Indexes and aliases that the request has made for itself and that must be gone when it ends. */
export async function leftovers(es: Elasticsearch, uid: string): Promise<readonly string[]> {
  const short = uid.slice(0, 8);
  const query = { expand_wildcards: 'all' };
  const path = `/es-steward-scratch-${short}*,es-steward-${short}*`;
  const found = (await es.request({ method: 'GET', path, query })) as Record<string, { aliases: object }>;
  return Object.entries(found).flatMap(([index, { aliases }]) => [
    index,
    ...Object.keys(aliases).filter((alias) => alias.startsWith('es-steward-')),
  ]);
}

export const isBlocked = ({ settings }: IndexInfo): boolean => 'blocks' in settings;
export const isHidden = ({ settings }: IndexInfo): boolean => settings['hidden'] === 'true';

/** Where two indexes differ, a few lines; undefined when ids, content and routing are the same. */
export async function difference(
  es: Elasticsearch,
  left: string,
  right: string,
): Promise<string | undefined> {
  const [a, b] = await Promise.all([documentsOf(es, left), documentsOf(es, right)]);
  if (isDeepStrictEqual(a, b)) return undefined;
  const ids = new Set(b.map(({ id }) => id));
  const missing = a.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
  return `${left} has ${a.length}, ${right} has ${b.length} documents; missing: ${missing.slice(0, 10).join(', ')}`;
}
