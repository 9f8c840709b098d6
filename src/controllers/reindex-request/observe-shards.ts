import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { primariesWithTerms } from '../../elasticsearch/primary-terms.ts';
import { primaryShards } from '../../elasticsearch/shard-stats.ts';
import { shardCountOf } from './index-facts.ts';
import type { IndexFacts, ShardFacts } from './observed.ts';

/** One primary per shard; a red index throws `incomplete`. */
export function primariesOf(
  index: IndexFacts,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly ShardFacts[]> {
  return primaryShards(es, index.name, shardCountOf(index), signal);
}

/** With the terms that the master has given: whether a range counts depends on who was the primary meanwhile. */
export function primariesWithTermsOf(
  index: IndexFacts,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly ShardFacts[]> {
  return primariesWithTerms(es, index.name, shardCountOf(index), signal);
}
