import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';
import { snapshotName } from './snapshots.ts';

export interface SnapshotProgress {
  readonly shards: { readonly total: number; readonly done: number; readonly failed: number };
  /** Of what is copied anew. `done` moves only when a whole file is finished. */
  readonly bytes: { readonly total: number; readonly done: number };
}

const files = z.object({ size_in_bytes: z.number() });
const schema = z.object({
  snapshots: z
    .array(
      z.object({
        shards_stats: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
        stats: z.object({ incremental: files, processed: files.optional() }),
      }),
    )
    .max(1),
});

/**
 * How far a snapshot is; undefined when there is none of that name. For one that has ended it reads every shard of the
 * repository, and says SUCCESS of a partial one: the state comes from `getSnapshots` alone.
 */
export async function snapshotProgress(
  es: Elasticsearch,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<SnapshotProgress | undefined> {
  const request = {
    method: 'GET',
    path: path`/_snapshot/${concrete(repository)}/${snapshotName(name)}/_status`,
    // Else every shard of every index is told of.
    query: { filter_path: 'snapshots.shards_stats,snapshots.stats' },
  } as const;
  const answer = await undefinedWhen(['notFound'], ask(es, request, schema, signal));
  const found = answer?.snapshots[0];
  if (found === undefined) return undefined;
  const { shards_stats: shards, stats } = found;
  const total = stats.incremental.size_in_bytes;
  // `processed` is there only while it runs; a node that left makes figures negative.
  const done = stats.processed?.size_in_bytes ?? total;
  return {
    shards: { total: positive(shards.total), done: positive(shards.done), failed: positive(shards.failed) },
    bytes: { total: positive(total), done: Math.min(positive(done), positive(total)) },
  };
}

const positive = (figure: number): number => Math.max(0, figure);
