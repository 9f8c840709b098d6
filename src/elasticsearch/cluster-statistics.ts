import { z } from 'zod';
import { ask, noShardFailed } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

export interface ClusterStatistics {
  readonly indices: number;
  /** Lucene documents of the primaries, nested ones included. */
  readonly primaryDocuments: number;
  readonly primaryBytes: number;
  /** Replicas included. */
  readonly totalBytes: number;
  /** Of the file systems of all nodes together, 0 to 100. */
  readonly diskUsedPercent: number;
  /** By bytes of the primaries, largest first, ten at most. */
  readonly largest: readonly { readonly name: string; readonly documents: number; readonly bytes: number }[];
}

// A cluster without an index has none of these.
const nothing = { docs: { count: 0 }, store: { size_in_bytes: 0 } };
const size = z
  .object({
    docs: z.object({ count: z.number() }).default(nothing.docs),
    store: z.object({ size_in_bytes: z.number() }).default(nothing.store),
  })
  .default(nothing);
const indexStatistics = z.object({
  _shards: noShardFailed,
  _all: z.object({ primaries: size, total: size }).default({ primaries: nothing, total: nothing }),
  indices: z.record(z.string(), z.object({ primaries: size })).default({}),
});
const clusterSchema = z.object({
  nodes: z.object({ fs: z.object({ total_in_bytes: z.number(), available_in_bytes: z.number() }) }),
});

/** Sizes for people, hidden indices included; figures of two moments, nothing to decide from. */
export async function clusterStatistics(es: Elasticsearch, signal?: AbortSignal): Promise<ClusterStatistics> {
  const [cluster, { _all, indices }] = await Promise.all([
    ask(
      es,
      { method: 'GET', path: '/_cluster/stats', query: { filter_path: 'nodes.fs' } },
      clusterSchema,
      signal,
    ),
    ask(es, indexStatisticsRequest, indexStatistics, signal),
  ]);
  const sizes = Object.entries(indices).map(([name, { primaries }]) => ({
    name,
    documents: primaries.docs.count,
    bytes: primaries.store.size_in_bytes,
  }));
  return {
    indices: sizes.length,
    primaryDocuments: _all.primaries.docs.count,
    primaryBytes: _all.primaries.store.size_in_bytes,
    totalBytes: _all.total.store.size_in_bytes,
    diskUsedPercent: usedPercent(cluster.nodes.fs),
    largest: sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 10),
  };
}

// Twenty thousand indices answer with 60 bytes each this way, and with kilobytes without the filter.
const indexStatisticsRequest = {
  method: 'GET',
  path: '/_stats/docs,store',
  query: {
    expand_wildcards: 'open,hidden',
    filter_path:
      '_shards.failed,_shards.successful,_all.*.docs.count,_all.*.store.size_in_bytes,indices.*.primaries.docs.count,indices.*.primaries.store.size_in_bytes',
  },
} as const;

function usedPercent(fs: { readonly total_in_bytes: number; readonly available_in_bytes: number }): number {
  if (fs.total_in_bytes === 0) return 0;
  return Math.round((100 * (fs.total_in_bytes - fs.available_in_bytes)) / fs.total_in_bytes);
}
