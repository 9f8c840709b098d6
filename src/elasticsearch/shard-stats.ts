import { z } from 'zod';
import { ask, noShardFailed } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { incomplete } from './errors.ts';
import { concrete, path } from './path.ts';

export interface PrimaryShard {
  readonly shard: number;
  /** Sequence numbers; -1 in a shard without operations. */
  readonly maxSeqNo: number;
  readonly globalCheckpoint: number;
  /** Lucene documents, nested ones included: a measure, not a count. */
  readonly documents: number;
  /** Under which leases were last renewed: after a failover an older one for a while. See `primariesWithTerms`. */
  readonly primaryTerm: number;
}

const copy = z.object({
  docs: z.object({ count: z.number() }),
  seq_no: z.object({ max_seq_no: z.number(), global_checkpoint: z.number() }),
  retention_leases: z.object({ primary_term: z.number() }),
});
// Only copies that serve are read further: one that starts has no engine to report about.
const serving = z.looseObject({
  routing: z.object({ state: z.enum(['STARTED', 'RELOCATING']), primary: z.literal(true) }),
});
const schema = z.object({
  _shards: noShardFailed,
  indices: z.record(z.string(), z.object({ shards: z.record(z.string(), z.array(z.unknown())) })),
});

/**
 * The primaries of one index, in the order of their numbers.
 * @param index its name, or an alias with one member.
 * @param numberOfShards of its settings.
 * @throws ElasticsearchError `incomplete` unless there is exactly one serving primary per shard: statistics leave out
 * a red shard without a word.
 */
export async function primaryShards(
  es: Elasticsearch,
  index: string,
  numberOfShards: number,
  signal?: AbortSignal,
): Promise<readonly PrimaryShard[]> {
  const request = {
    method: 'GET',
    path: path`/${concrete(index)}/_stats/docs`,
    query: { level: 'shards' },
  } as const;
  const [found, ...others] = Object.values((await ask(es, request, schema, signal)).indices);
  if (found === undefined || others.length > 0) throw incomplete(`the shards of ${index}`, 'not one index');
  return Array.from({ length: numberOfShards }, (_, shard) => {
    const primaries = (found.shards[shard] ?? []).filter((copy) => serving.safeParse(copy).success);
    return onlyPrimary(index, shard, primaries);
  });
}

function onlyPrimary(index: string, shard: number, primaries: readonly unknown[]): PrimaryShard {
  const primary = copy.safeParse(primaries[0]);
  if (primaries.length !== 1 || !primary.success) {
    throw incomplete(`shard ${shard} of ${index}`, `${primaries.length} serving primaries instead of one`);
  }
  const { docs, seq_no, retention_leases } = primary.data;
  return {
    shard,
    maxSeqNo: seq_no.max_seq_no,
    globalCheckpoint: seq_no.global_checkpoint,
    documents: docs.count,
    primaryTerm: retention_leases.primary_term,
  };
}
