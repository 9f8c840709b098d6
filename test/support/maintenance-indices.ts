import type { ElasticsearchClient } from '../../src/elasticsearch/client.ts';
import { type ListedIndex, listIndices } from '../../src/elasticsearch/index-listing.ts';
import { AHEAD_MS } from './maintenance-clock.ts';

const DAY_MS = 86_400_000;

/** A day as names have it: `20160229`. */
export function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
}

/** As AHEAD_MS has it. */
export const daysAgo = (days: number): string => dayText(Date.now() + AHEAD_MS - days * DAY_MS);

/** Small indexes; their settings and aliases as Elasticsearch takes them. */
export async function makeIndices(
  es: ElasticsearchClient,
  names: readonly string[],
  body: { readonly settings?: object; readonly aliases?: object; readonly mappings?: object } = {},
): Promise<void> {
  const settings = { number_of_shards: 1, number_of_replicas: 0, ...body.settings };
  await Promise.all(
    names.map((name) => es.request({ method: 'PUT', path: `/${name}`, body: { ...body, settings } })),
  );
}

/** The indexes of that prefix, by what follows it. */
export async function indicesOf(
  es: ElasticsearchClient,
  prefix: string,
): Promise<ReadonlyMap<string, ListedIndex>> {
  const all = await listIndices(es);
  return new Map(
    all
      .filter(({ name }) => name.startsWith(prefix))
      .map((index) => [index.name.slice(prefix.length), index]),
  );
}

/** What is left of that prefix, sorted. */
export const namesOf = async (es: ElasticsearchClient, prefix: string): Promise<readonly string[]> =>
  [...(await indicesOf(es, prefix)).keys()].sort();

/** By alias, its members: prefixes left out of both. */
export async function aliasesOf(
  es: ElasticsearchClient,
  prefix: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, string[]> = {};
  for (const [name, { aliases }] of await indicesOf(es, prefix))
    for (const alias of Object.keys(aliases)) (found[alias.replace(prefix, '')] ??= []).push(name);
  for (const members of Object.values(found)) members.sort();
  return found;
}

export const writeDocument = (es: ElasticsearchClient, index: string, body: object): Promise<unknown> =>
  es.request({ method: 'POST', path: `/${index}/_doc`, query: { refresh: true }, body });
