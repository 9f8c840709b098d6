import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { listOf } from './index-listing.ts';
import { nodeClocks } from './node-clocks.ts';
import { concrete, path } from './path.ts';
import { snapshotName } from './snapshots.ts';

/** Milliseconds since the epoch by index, shard by shard. */
export type ShardTimes = ReadonlyMap<string, ReadonlyMap<string, number>>;

const times = (
  indices: Readonly<Record<string, readonly (readonly [shard: string, time: number])[]>>,
): ShardTimes => new Map(Object.entries(indices).map(([name, shards]) => [name, new Map(shards)]));

const statusSchema = z.object({
  snapshots: z
    .array(
      z.object({
        indices: z.record(
          z.string(),
          z.object({
            shards: z.record(z.string(), z.object({ stats: z.object({ start_time_in_millis: z.number() }) })),
          }),
        ),
      }),
    )
    .length(1),
});

/**
 * When a snapshot that has ended began with each shard, right after the commit that it holds, by a clock of that node that
 * Elasticsearch reads only every 200 ms. Reads every shard of the repository: ask for what cannot be known otherwise.
 */
export async function snapshotShardStarts(
  es: Elasticsearch,
  repository: string,
  snapshot: string,
  signal?: AbortSignal,
): Promise<ShardTimes> {
  const request = {
    method: 'GET',
    path: path`/_snapshot/${concrete(repository)}/${snapshotName(snapshot)}/_status`,
    query: { filter_path: 'snapshots.indices.*.shards.*.stats.start_time_in_millis' },
  } as const;
  const [found] = (await ask(es, request, statusSchema, signal)).snapshots;
  return times(
    mapped(found?.indices ?? {}, ({ shards }) =>
      Object.entries(shards).map(([shard, { stats }]) => [shard, stats.start_time_in_millis]),
    ),
  );
}

const statsSchema = z.object({
  indices: z.record(
    z.string(),
    z.object({
      shards: z.record(
        z.string(),
        z.array(
          z.object({
            routing: z.object({ primary: z.boolean(), node: z.string() }),
            translog: z.object({
              uncommitted_operations: z.number(),
              earliest_last_modified_age: z.number(),
            }),
          }),
        ),
      ),
    }),
  ),
});

const STATS_QUERY = {
  level: 'shards',
  expand_wildcards: 'open,hidden',
  ignore_unavailable: true,
  filter_path: [
    'routing.primary',
    'routing.node',
    'translog.uncommitted_operations',
    'translog.earliest_last_modified_age',
  ]
    .map((part) => `indices.*.shards.*.${part}`)
    .join(','),
};

/**
 * The latest moment at which each primary may have taken a write or been committed, by the clock of its node. Later than
 * the truth by what the answers took. A shard with writes that are not committed is absent.
 */
export async function lastCommits(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<ShardTimes> {
  const stats = { method: 'GET', path: `/${listOf(names)}/_stats/translog`, query: STATS_QUERY } as const;
  const { indices } = await ask(es, stats, statsSchema, signal);
  const clocks = await nodeClocks(es, signal);
  return times(
    mapped(indices, ({ shards }) =>
      Object.entries(shards).flatMap(([shard, copies]) => {
        const primary = copies.find(({ routing }) => routing.primary);
        if (primary === undefined || primary.translog.uncommitted_operations > 0) return [];
        const clock = clocks.get(primary.routing.node);
        return clock === undefined ? [] : [[shard, clock - primary.translog.earliest_last_modified_age]];
      }),
    ),
  );
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (from: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
