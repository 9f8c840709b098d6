import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

// With a filter the answer is empty when no snapshot runs.
const schema = z.object({
  snapshots: z.array(z.object({ indices: z.record(z.string(), z.unknown()).default({}) })).default([]),
});

/** The indexes of all snapshots that run now, of every repository: Elasticsearch does not delete those. */
export async function snapshottedIndices(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const query = { filter_path: 'snapshots.indices.*.shards_stats.total' };
  const { snapshots } = await ask(es, { method: 'GET', path: '/_snapshot/_status', query }, schema, signal);
  return new Set(snapshots.flatMap(({ indices }) => Object.keys(indices)));
}
