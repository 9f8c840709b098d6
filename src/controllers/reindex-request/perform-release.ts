import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { renamed, updateAliases } from '../../elasticsearch/aliases.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { unblockWrites } from '../../elasticsearch/write-blocks.ts';
import type { Obligation } from '../../runtime/obligations.ts';
import { epochAlias, releasedAlias, rollbackAlias, sealedAlias } from './names.ts';
import type { Situation } from './situation.ts';
import { ownsBlock } from './write-block.ts';

/** What this process owes the writers while it blocks them, lease and API server or not; undefined while it does not. */
export function writersDue(situation: Situation, es: Elasticsearch): Obligation | undefined {
  const { resource, status, source, epochs, epoch } = situation;
  const held = Math.max(...epochs);
  if (!source || status.fence?.lifting || !ownsBlock(situation) || held < epoch) return undefined;
  return releaseOf(resource, { index: source.name, epoch: held }, es);
}

/**
 * Undefined for a block that was there before this request, and for one without a deadline whose end would throw the
 * copy away: that one is what the spec asks for.
 */
export function releaseOf(
  { spec, status = {}, metadata }: Situation['resource'],
  held: { readonly index: string; readonly epoch: number },
  es: Elasticsearch,
): Obligation | undefined {
  if (!status.fence || (status.plan?.blockedBefore ?? true)) return undefined;
  const until = deadlineOf(status);
  if (until === undefined && !status.plan?.sequenceNumbers) return undefined;
  return {
    until,
    endsWithProcess: spec.writeMode === 'Online',
    release: releaseWriters({ ...held, uid: metadata.uid }, es),
  };
}

function deadlineOf({ fence }: ReindexRequestStatus): number | undefined {
  return fence?.deadline === undefined ? undefined : Date.parse(fence.deadline);
}

/**
 * The epoch first: once the move of its alias is acknowledged, no move of the other aliases and no block that is still
 * on its way can come true. Not found = the aliases have moved, or somebody else has acted: the block is not ours then.
 * It is lifted through the new alias, so that a late call does not meet a block of a later epoch.
 */
function releaseWriters(
  { index, uid, epoch }: { readonly index: string; readonly uid: string; readonly epoch: number },
  es: Elasticsearch,
): Obligation['release'] {
  // After a call whose answer was lost, the alias may stand for one more.
  let possible: readonly number[] = [epoch];
  return async (signal) => {
    for (const from of possible) {
      possible = [from, from + 1];
      const to = epochAlias(uid, from + 1);
      const swap = renamed(index, epochAlias(uid, from), to);
      const moved = updateAliases(es, swap, {}, signal).then(() => true);
      if (!(await undefinedWhen(GONE, moved))) continue;
      possible = [from + 1];
      await undefinedWhen(GONE, unblockWrites(es, to, signal));
      return;
    }
  };
}

/** The same for those who write into what serves, while a move of the aliases back blocks it. */
export function servingDue(
  { status: { rollback }, destination, uid }: Situation,
  es: Elasticsearch,
): Obligation | undefined {
  if (!destination || !rollback || rollback.blockedBefore) return undefined;
  const alias = rollbackAlias(uid, rollback.number);
  // Until the other one is gone as well, the block may still be there.
  const names = [alias, sealedAlias(alias), releasedAlias(alias)];
  if (!names.some((held) => held in destination.aliases)) return undefined;
  return servingReleaseOf(rollback, { index: destination.name, alias }, es);
}

/** Undefined before its block, for which a deadline is written down first. */
export function servingReleaseOf(
  { deadline }: NonNullable<ReindexRequestStatus['rollback']>,
  held: { readonly index: string; readonly alias: string },
  es: Elasticsearch,
): Obligation | undefined {
  if (deadline === undefined) return undefined;
  return { until: Date.parse(deadline), endsWithProcess: true, release: releaseServing(held, es) };
}

/**
 * The alias first, which the move back removes in its one call: only one of the two can come true. It is gone where the
 * aliases have moved, and the other one is there where an answer of ours was lost: then the block is still to be lifted.
 */
function releaseServing(
  { index, alias }: { readonly index: string; readonly alias: string },
  es: Elasticsearch,
): Obligation['release'] {
  const over = releasedAlias(alias);
  return async (signal) => {
    for (const held of [alias, sealedAlias(alias)]) {
      const moved = updateAliases(es, renamed(index, held, over), {}, signal).then(() => true);
      if (await undefinedWhen(GONE, moved)) break;
    }
    await undefinedWhen(GONE, unblockWrites(es, over, signal));
  };
}

const GONE = ['aliasNotFound', 'indexNotFound'] as const;
