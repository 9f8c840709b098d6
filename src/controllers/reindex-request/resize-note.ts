import { flatten } from '../index-settings.ts';
import type { CopySpec } from './copy-request.ts';
import type { IndexFacts } from './observed.ts';

/** Documents and mappings stay as they are: Elasticsearch can link the files of the index instead. */
export function resizeNote({ destination }: CopySpec, source: IndexFacts): string | undefined {
  const wanted = flatten(destination.settings ?? {});
  const settings = flatten(source.settings);
  const bears = ([key, value]: readonly [string, unknown]) =>
    BORNE_BY_RESIZE.test(key) || String(value) === String(settings[key]);
  if (!Object.entries(wanted).every(bears)) return undefined;
  const from = Number(settings['index.number_of_shards'] ?? 1);
  const to = Number(wanted['index.number_of_shards'] ?? from);
  const [call, body, needs] = resizeOf(from, to, routingShards(settings, from)) ?? [];
  if (call === undefined) return undefined;
  return `neither documents nor mappings change: POST /${source.name}/${call}/${destination.index}${body} does the same without copying a document; it needs ${source.name} to take no writes meanwhile${needs}, and the aliases are yours to move`;
}

/**
 * What can be set on an index at any time, and how many shards it has. Of the rest Elasticsearch refuses some to be set anew
 * with a resize (`index.mode`, `index.sort.*`), and others, such as `index.codec`, mean nothing for files that are there.
 */
const BORNE_BY_RESIZE = new RegExp(
  `^index\\.(?:${[
    'number_of_shards',
    'number_of_replicas',
    'auto_expand_replicas',
    'refresh_interval',
    'hidden',
    'priority',
    'gc_deletes',
    '(?:default|final)_pipeline',
    'max_\\w+',
    'mapping\\..+\\.limit',
    '(?:indexing|search)\\.(?:slowlog|idle)\\..+',
    '(?:lifecycle|merge|translog|unassigned)\\..+',
    'routing\\.(?:allocation|rebalance)\\..+',
    'query\\.default_field',
    'write\\.wait_for_active_shards',
  ].join('|')})$`,
);

function resizeOf(
  from: number,
  to: number,
  most: number,
): readonly [call: string, body: string, needs: string] | undefined {
  if (to === from) return ['_clone', '', ''];
  const settings = `, with settings {"index.number_of_shards": ${to}},`;
  if (to > from) return to % from === 0 && most % to === 0 ? ['_split', settings, ''] : undefined;
  return from % to === 0 ? ['_shrink', settings, ' and a copy of each shard on one node'] : undefined;
}

/** Into how many shards an index can be split at the most: by a factor of two again and again, up to 1,024, once at least. */
function routingShards(settings: Readonly<Record<string, unknown>>, shards: number): number {
  const stated = settings['index.number_of_routing_shards'];
  if (stated !== undefined) return Number(stated);
  return shards * 2 ** Math.max(1, 10 - Math.ceil(Math.log2(shards)));
}
