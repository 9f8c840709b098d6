import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { healthOfEach, type HealthStatus } from '../../elasticsearch/health.ts';
import { inGroups } from '../../elasticsearch/index-listing.ts';

/**
 * Which of these indexes have a shard missing. One that cannot be asked would make every answer incomplete, and keep the
 * other indexes where they are.
 * @param health of the cluster: unless it is red none of them is, and nothing is asked.
 */
export async function redAmong(
  es: Elasticsearch,
  health: HealthStatus,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (health !== 'red') return new Set();
  const parts = await Promise.all(inGroups(names).map((group) => healthOfEach(es, group, signal)));
  const all = parts.flatMap((health) => Object.entries(health));
  return new Set(all.flatMap(([name, status]) => (status === 'red' ? [name] : [])));
}
