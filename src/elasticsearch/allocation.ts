import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete } from './path.ts';

const schema = z.object({
  can_allocate: z.string().optional(),
  node_allocation_decisions: z
    .array(
      z.object({
        deciders: z.array(z.object({ decider: z.string(), decision: z.string() })).default([]),
      }),
    )
    .default([]),
});

/** Names as Elasticsearch gives them to its deciders: nothing else of its words goes any further. */
const NAME = /^[a-z_]{1,64}$/;

/**
 * What keeps the first primary shard of an index from every node: the names of the deciders, such as `filter` or
 * `disk_threshold`. Undefined where it has started, or may start yet.
 * @throws ElasticsearchError `forbidden` without the cluster privilege `monitor`.
 */
export async function refusingDeciders(
  es: Elasticsearch,
  index: string,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const body = { index: concrete(index), shard: 0, primary: true };
  const request = { method: 'POST', path: '/_cluster/allocation/explain', body } as const;
  const { can_allocate: verdict, node_allocation_decisions: nodes } = await ask(es, request, schema, signal);
  if (verdict !== 'no') return undefined;
  const refusing = nodes.flatMap(({ deciders }) => deciders).filter(({ decision }) => decision === 'NO');
  return [...new Set(refusing.map(({ decider }) => decider).filter((name) => NAME.test(name)))].sort();
}
