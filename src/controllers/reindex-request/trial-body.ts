import type { Body } from './actions.ts';
import { asObject } from '../json-object.ts';

/** What is judged by the number of shards. Every index has other settings of the allocation: Elasticsearch adds a tier. */
const BY_SHARDS: readonly string[] = [
  'index.routing_partition_size',
  'index.routing.allocation.total_shards_per_node',
];
/** More is refused by Elasticsearch (`index.number_of_shards`). */
const MOST_SHARDS = 1_024;

/**
 * An index for a trial: one shard tells of settings and mappings what a hundred would, and costs the cluster a hundredth.
 * Where the number itself may be what is wrong, it stays.
 */
export function trialBody(body: Body): Body {
  const settings = asObject(body['settings']);
  const shards = Number(settings['index.number_of_shards'] ?? 1);
  const isPlain = Number.isInteger(shards) && shards > 1 && shards <= MOST_SHARDS;
  if (!isPlain || BY_SHARDS.some((key) => key in settings)) return body;
  return { ...body, settings: { ...settings, 'index.number_of_shards': 1 } };
}
