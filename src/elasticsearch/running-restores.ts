import { z } from 'zod';
import { askState } from './cluster-state.ts';
import type { Elasticsearch } from './elasticsearch.ts';

// With a filter the answer is empty when nothing is restored.
const schema = z.object({
  restore: z
    .object({
      snapshots: z
        .array(z.object({ state: z.string(), indices: z.array(z.string()).default([]) }))
        .default([]),
    })
    .default({ snapshots: [] }),
});

/** Where a restore is done for; Elasticsearch forgets it soon after. */
const DONE: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE']);

/** The indexes that are being restored from a snapshot now, those included whose shards still wait for their turn. */
export async function restoringIndices(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const query = { filter_path: 'restore.snapshots.state,restore.snapshots.indices' };
  const request = { path: '/_cluster/state/customs', query };
  const { restore } = await askState(es, request, schema, signal);
  const running = restore.snapshots.filter(({ state }) => !DONE.has(state));
  return new Set(running.flatMap(({ indices }) => indices));
}
