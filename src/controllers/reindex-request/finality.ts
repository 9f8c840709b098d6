import type { ShardFacts } from './observed.ts';
import { ofShard, type Range, withDone } from './ranges.ts';
import type { Copy } from './rounds.ts';

/** Every copy of each shard has seen what the point in time may show. */
export function hasSettled(copy: Pick<Copy, 'shards'>, facts: readonly ShardFacts[]): boolean {
  return copy.shards.every(({ shard, settle }) => {
    const now = ofShard(facts, shard);
    return now !== undefined && now.globalCheckpoint >= (settle ?? -1);
  });
}

/**
 * What the point in time may show was rolled back: its numbers are missing, or another primary has given them to other
 * operations, however high it has counted since. Nobody needs to wait for them: the round begins anew.
 */
export function hasRolledBack(copy: Pick<Copy, 'shards'>, facts: readonly ShardFacts[]): boolean {
  return copy.shards.some(({ shard, settle = -1, primaryTerm }) => {
    const now = ofShard(facts, shard);
    return now !== undefined && (now.maxSeqNo < settle || now.primaryTerm !== primaryTerm);
  });
}

/**
 * The terms as they are now: what begins from here on counts under them, and what was copied under another primary and
 * does not count yet is copied again. Before anything else that a pass books, or a part that begins after a failover
 * would be taken for one from before, and copied twice.
 */
export function withTerms(copy: Copy, facts: readonly ShardFacts[]): Copy {
  const termNow = ({ shard, primaryTerm }: Copy['shards'][number]) =>
    ofShard(facts, shard)?.primaryTerm ?? primaryTerm;
  const changed = copy.shards.filter((shard) => shard.primaryTerm !== termNow(shard));
  if (changed.length === 0) return copy;
  const shards = copy.shards.map((shard) => ({ ...shard, primaryTerm: termNow(shard) }));
  const kept = (copy.provisional ?? []).filter(({ shard }) => ofShard(changed, shard) === undefined);
  return withProvisional({ ...copy, shards }, kept);
}

/**
 * A range that was copied while writes went on may have been hidden a document by an operation that a failover then
 * rolled back. It counts once, under the same primary, that operation can be lost no more.
 */
export function withFinality(copy: Copy, facts: readonly ShardFacts[]): Copy {
  const { provisional = [] } = copy;
  if (provisional.length === 0 || facts.length === 0) return copy;
  // Read after its task had ended, like all facts here: what it may have seen is not above.
  const seen = provisional.map((range) => ({
    ...range,
    after: range.after ?? ofShard(facts, range.shard)?.maxSeqNo ?? -1,
  }));
  const isFinal = ({ shard, after }: Range & { readonly after: number }) =>
    (ofShard(facts, shard)?.globalCheckpoint ?? -1) >= after;
  const done = seen
    .filter(isFinal)
    .reduce((all, { shard, from, to }) => withDone(all, { shard, from, to }), copy.done);
  return withProvisional(
    { ...copy, done },
    seen.filter((range) => !isFinal(range)),
  );
}

function withProvisional(copy: Copy, provisional: NonNullable<Copy['provisional']>): Copy {
  const { provisional: _before, ...rest } = copy;
  return provisional.length > 0 ? { ...rest, provisional } : rest;
}
