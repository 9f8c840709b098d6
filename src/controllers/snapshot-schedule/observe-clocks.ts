import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { nodeSkewSeconds } from '../../elasticsearch/node-clocks.ts';
import type { Pass } from '../../runtime/controller.ts';

/** By how much the clocks of the nodes and of the API server differ from ours, at the most. */
export async function clockSkewSeconds(
  es: Elasticsearch,
  { now, signal }: Pass,
  apiServerSkewSeconds: (() => number) | undefined,
): Promise<number> {
  return Math.max(await nodeSkewSeconds(es, now, signal), apiServerSkewSeconds?.() ?? 0);
}
