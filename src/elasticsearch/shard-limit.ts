import { isElasticsearchError } from './errors.ts';

/** What it takes to have more shards, as the end of a sentence. */
export const SHARD_LIMIT =
  'the cluster has as many shards as cluster.max_shards_per_node allows: delete indexes, add a node or raise that setting';

/** Whether an index can not be made or restored only because the cluster has as many shards as it may. */
export function isShardLimit(error: unknown): boolean {
  return isElasticsearchError(error, 'invalid') && /maximum \w+ shards open/.test(error.detail ?? '');
}
