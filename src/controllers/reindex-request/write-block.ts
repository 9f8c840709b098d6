import { parseDuration } from '../../crds/duration.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { hasWriteBlock } from './index-facts.ts';
import { leftMs } from './moments.ts';
import { foreignEpochs, userAliases } from './names.ts';
import type { IndexFacts } from './observed.ts';
import { hasLostEpoch, isBlockFirst, type Situation } from './situation.ts';

/**
 * Writers are stopped, and it is proven. The setting alone proves nothing: it appears before the shards are checked.
 * Only the answer to our own call does. A block that was there before us has been verified by whoever set it.
 */
export function isFenced({ status, blocked }: Situation): boolean {
  const { fence, plan } = status;
  return fence !== undefined && blocked && (fence.verified || plan?.blockedBefore === true);
}

/** Never a block that was there before us. */
export function ownsBlock(situation: Situation): boolean {
  const { source } = situation;
  return (
    source !== undefined && !isOfHeir(source, situation) && hasWriteBlock(source) && hasSetBlock(situation)
  );
}

/**
 * Another request has gone on with the source: what blocks writes there now is that one's, also in its rollback window,
 * which it has only where every alias has moved away.
 */
function isOfHeir(source: IndexFacts, situation: Situation): boolean {
  if (situation.epochs.length > 0) return false;
  const isLeft = userAliases(source).length === 0;
  return foreignEpochs(source, situation.uid).length > 0 || (isLeft && hasLostEpoch(situation));
}

/** By the plan, or the mark where the status was lost; what is unknown counts as such, since nobody lifts it then. */
export function wasBlockedBefore({ status, mark }: Pick<Situation, 'status' | 'mark'>): boolean {
  return status.plan?.blockedBefore ?? mark?.blockedBefore ?? true;
}

/** The answer to our own call, and no word of an end: a mark that says otherwise has come late. */
function isKnownAsOurs({ fence, intent }: ReindexRequestStatus): boolean {
  return fence?.verified === true && fence.lifting === undefined && intent?.type !== 'Undo';
}

/** The mark says who set it, from right before the call and whatever becomes of status. */
function hasSetBlock({ status, mark }: Situation): boolean {
  if (wasBlockedBefore({ status, mark })) return false;
  if (isKnownAsOurs(status)) return true;
  if (mark?.blocks !== undefined) return mark.blocks;
  // A mark that does not say so stands for a status that was lost: with a journal, what is not in it was not done by us.
  return status.blockedSince !== undefined || (mark !== undefined && !status.copy);
}

const ONLINE_OUTAGE = '30s';

/** The mark says from right before the call that there may be a block. */
function isOnlyIntended({ status, mark, blocked }: Situation): boolean {
  return status.fence?.verified === false && !blocked && mark !== undefined && !mark.blocks;
}

/** Milliseconds that writers may be blocked; undefined with BlockFirst, unless the spec says how long. */
export function longestOutageMs({ spec }: Pick<Situation, 'spec'>): number | undefined {
  const allowed = spec.maxWriteOutage ?? (isBlockFirst({ spec }) ? undefined : ONLINE_OUTAGE);
  return allowed === undefined ? undefined : (parseDuration(allowed) ?? 0);
}

/** It was lifted without a pass, so that nobody knows when: at its deadline, at the latest. */
export const FREED = {
  atDeadline: 'the deadline has passed, and writers were freed',
  withProcess: 'a process that ended has freed the writers',
} as const;

/** A block that is lifted for this has not failed. */
export const SUSPENDED = 'spec.suspend';

/** Why the block has to end before the aliases have moved; undefined while it has not. */
export function whyToLift(situation: Situation): string | undefined {
  const { status, spec, blocked, epochs, epoch } = situation;
  const { fence, copy, intent } = status;
  if (!fence) return undefined;
  if (fence.lifting) return fence.lifting;
  if (epochs.some((held) => held > epoch))
    return isOutageOver(situation) ? FREED.atDeadline : FREED.withProcess;
  if (spec.suspend && status.plan?.sequenceNumbers) return SUSPENDED;
  if (isOutageOver(situation)) return 'maxWriteOutage is over';
  if (isBlockFirst(situation)) return undefined;
  if (fence.verified && !blocked && !status.plan?.blockedBefore) return 'somebody else has lifted it';
  if (copy?.fenced && copy.sweep && intent?.type !== 'CutOver')
    return 'every document has to be looked up first';
  return undefined;
}

/**
 * Nobody waits for us where somebody else blocks writes, and there is nothing that we could lift; nor where the process
 * that was to set the block has ended before.
 */
function isOutageOver(situation: Situation): boolean {
  const { status, spec, now } = situation;
  const { fence, plan } = status;
  if (fence?.deadline === undefined || plan?.blockedBefore || isOnlyIntended(situation)) return false;
  return leftMs(fence.deadline, longestOutageMs({ spec }) ?? Infinity, now) === 0;
}
