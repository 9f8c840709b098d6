import { z } from 'zod';
import { ask, stateChangeLimits } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { incomplete, undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';
import { type PrimaryShard, primaryShards } from './shard-stats.ts';

const schema = z.object({
  metadata: z.object({
    indices: z.record(z.string(), z.object({ primary_terms: z.record(z.string(), z.number()) })),
  }),
});

/**
 * The primaries of one index, with the terms that the master has given them. What statistics know of terms is when leases
 * were last renewed under one, which is up to half a minute after a failover. The terms are read last: they are never
 * older than the numbers. Where the state of the cluster is not to be had, as on serverless, those of the leases count.
 * @param index its name.
 */
export async function primariesWithTerms(
  es: Elasticsearch,
  index: string,
  numberOfShards: number,
  signal?: AbortSignal,
): Promise<readonly PrimaryShard[]> {
  const shards = await primaryShards(es, index, numberOfShards, signal);
  const terms = await undefinedWhen(['forbidden', 'notFound'], termsOf(es, index, signal));
  return terms === undefined
    ? shards
    : shards.map((shard) => ({ ...shard, primaryTerm: termIn(terms, shard) }));
}

async function termsOf(es: Elasticsearch, index: string, signal?: AbortSignal) {
  const request = {
    method: 'GET',
    path: path`/_cluster/state/metadata/${concrete(index)}`,
    query: {
      filter_path: 'metadata.indices.*.primary_terms',
      master_timeout: stateChangeLimits.master_timeout,
    },
  } as const;
  const { indices } = (await ask(es, request, schema, signal)).metadata;
  return indices[index]?.primary_terms ?? {};
}

function termIn(terms: Readonly<Record<string, number>>, { shard }: PrimaryShard): number {
  const term = terms[shard];
  if (term === undefined) throw incomplete('the state of the cluster', `no primary term of shard ${shard}`);
  return term;
}
