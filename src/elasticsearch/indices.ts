import { z } from 'zod';
import { aliasDefinition } from './aliases.ts';
import type { AliasDefinition } from './aliases.ts';
import { ask, askAcknowledged, incompleteAnswer, jsonObject, stateChangeLimits } from './ask.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export interface IndexInfo {
  readonly name: string;
  readonly uuid: string;
  readonly numberOfShards: number;
  readonly numberOfReplicas: number;
  /** What lies below `index` in its settings, nested; values are strings as Elasticsearch returns them. */
  readonly settings: JsonObject;
  readonly mappings: JsonObject;
  readonly aliases: Readonly<Record<string, AliasDefinition>>;
  readonly dataStream?: string;
}

const settings = z.looseObject({
  uuid: z.string(),
  number_of_shards: z.coerce.number(),
  number_of_replicas: z.coerce.number(),
});
const indices = z
  .record(
    z.string(),
    z.object({
      aliases: z.record(z.string(), aliasDefinition),
      mappings: jsonObject,
      settings: z.object({ index: settings }),
      data_stream: z.string().optional(),
    }),
  )
  // What does not exist is a 404: an answer without an index comes from what stands between.
  .refine((found) => Object.keys(found).length > 0, 'no index in it');

/**
 * The index of that name, the members of the alias of that name, or nothing when neither exists.
 * @throws ElasticsearchError `incomplete` for an answer without an index: that says nothing.
 */
export async function getIndex(
  es: Elasticsearch,
  name: string,
  signal?: AbortSignal,
): Promise<readonly IndexInfo[]> {
  return readIndices(es, path`/${concrete(name)}`, signal);
}

/**
 * What `getIndex` says of each, as of one moment where both exist: what an update of their aliases does to both is seen as a
 * whole. And by one request instead of two, which a copy sends in every pass.
 */
export async function getIndexPair(
  es: Elasticsearch,
  [one, other]: readonly [string, string],
  signal?: AbortSignal,
): Promise<readonly [readonly IndexInfo[], readonly IndexInfo[]]> {
  const joined = path`/${concrete(one)},${concrete(other)}`;
  // Who may not read one of them is told of neither.
  const found = await undefinedWhen(['forbidden'], readIndices(es, joined, signal));
  const named = (name: string) => found?.filter((index) => index.name === name) ?? [];
  const pair = [named(one), named(other)] as const;
  if (found?.length === 2 && pair.every(({ length }) => length === 1)) return pair;
  return Promise.all([getIndex(es, one, signal), getIndex(es, other, signal)]);
}

async function readIndices(
  es: Elasticsearch,
  path: string,
  signal?: AbortSignal,
): Promise<readonly IndexInfo[]> {
  const request = { method: 'GET', path } as const;
  const answer = await undefinedWhen(['indexNotFound'], ask(es, request, indices, signal));
  return Object.entries(answer ?? {}).map(([name, { aliases, mappings, settings, data_stream }]) => ({
    name,
    uuid: settings.index.uuid,
    numberOfShards: settings.index.number_of_shards,
    numberOfReplicas: settings.index.number_of_replicas,
    settings: settings.index,
    mappings,
    aliases,
    ...(data_stream !== undefined && { dataStream: data_stream }),
  }));
}

/**
 * @param body settings, mappings, aliases.
 * @param options.waitForActiveShards 1 when absent; 0 does not wait.
 * @returns whether the shards were started in time; the index exists either way.
 * @throws ElasticsearchError `alreadyExists`: read the index, it may be ours.
 */
export async function createIndex(
  es: Elasticsearch,
  name: string,
  body: JsonObject,
  options: { readonly waitForActiveShards?: number | 'all' } = {},
  signal?: AbortSignal,
): Promise<{ readonly shardsAcknowledged: boolean }> {
  const query = { ...stateChangeLimits, wait_for_active_shards: options.waitForActiveShards ?? 1 };
  const request: ElasticsearchRequest = { method: 'PUT', path: path`/${concrete(name)}`, query, body };
  const schema = z.object({ acknowledged: z.boolean(), shards_acknowledged: z.boolean() });
  const answer = await ask(es, request, schema, signal);
  if (!answer.acknowledged) throw incompleteAnswer(request, 'acknowledged: false');
  return { shardsAcknowledged: answer.shards_acknowledged };
}

/** @param settings e.g. `{"index.refresh_interval": "1s"}`; `null` returns a setting to its default. */
export function putSettings(
  es: Elasticsearch,
  name: string,
  settings: JsonObject,
  signal?: AbortSignal,
): Promise<void> {
  return askAcknowledged(
    es,
    { method: 'PUT', path: path`/${concrete(name)}/_settings`, body: settings },
    signal,
  );
}

export function putMapping(
  es: Elasticsearch,
  name: string,
  body: JsonObject,
  signal?: AbortSignal,
): Promise<void> {
  return askAcknowledged(es, { method: 'PUT', path: path`/${concrete(name)}/_mapping`, body }, signal);
}

/**
 * Deletes one index by its own name; Elasticsearch refuses an alias here. It cannot be made conditional on a uuid:
 * read the uuid in the same step. A call that arrives late deletes what has the name by then: see `deleteIndexOnce`.
 */
export function deleteIndex(es: Elasticsearch, name: string, signal?: AbortSignal): Promise<void> {
  const query = { expand_wildcards: 'none' };
  return askAcknowledged(es, { method: 'DELETE', path: path`/${concrete(name)}`, query }, signal);
}
