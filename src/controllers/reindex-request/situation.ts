import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { APPROVE, RETRY, tokenOf } from '../../crds/shared.ts';
import type { AliasDefinition } from '../../elasticsearch/aliases.ts';
import type { CopyRequest, CopySpec } from './copy-request.ts';
import type { FlatSettings } from '../index-settings.ts';
import { type DestinationMark, markOf } from './destination.ts';
import { isBlocked } from './index-facts.ts';
import { leftMs } from './moments.ts';
import { parseDuration } from '../../crds/duration.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { epochAlias, epochOf, foreignEpochs, OWN_PREFIX, userAliases } from './names.ts';
import type { IndexFacts, Observed } from './observed.ts';

/** What one pass knows, with the questions that every stage asks answered once. */
export interface Situation {
  readonly resource: CopyRequest;
  readonly spec: CopySpec;
  readonly status: ReindexRequestStatus;
  readonly uid: string;
  readonly now: number;
  readonly observed: Observed;
  readonly specHash: string;
  /** The source, if it is still the index that was planned. */
  readonly source: IndexFacts | undefined;
  readonly destination: IndexFacts | undefined;
  /** The destination's mark, if this very request made it. */
  readonly mark: DestinationMark | undefined;
  /** Epochs of this request whose alias is on the source; more than one only in the middle of a change. */
  readonly epochs: readonly number[];
  readonly attempt: number;
  readonly epoch: number;
  readonly blocked: boolean;
  /** The aliases have moved: from here on there is only forward. */
  readonly swapped: boolean;
}

/** From the first round on: the copy is made ready, and what it works on is there. */
export interface Prepared extends Situation {
  readonly source: IndexFacts;
  readonly destination: IndexFacts;
  readonly mark: DestinationMark & { readonly restore: FlatSettings };
}

export function situationOf(resource: CopyRequest, observed: Observed, now: number): Situation {
  const { spec, metadata } = resource;
  const status = resource.status ?? {};
  const mark = ownMark(observed.destination, metadata.uid);
  const source = plannedSource(status, mark, observed.sources);
  const epochs = Object.keys(source?.aliases ?? {}).flatMap((alias) => epochOf(alias, metadata.uid) ?? []);
  return {
    resource,
    spec,
    status,
    uid: metadata.uid,
    now,
    observed,
    specHash: specHashOf(spec),
    source,
    destination: observed.destination,
    mark,
    epochs,
    attempt: status.attempt ?? mark?.attempt ?? 1,
    epoch: status.epoch ?? Math.max(1, ...epochs),
    blocked: source !== undefined && writesBlocked(source),
    swapped: hasSwapped(status, observed, mark, source, epochs),
  };
}

/** The spec without what may change: the identity of the work. */
export function specHashOf(spec: CopySpec): string {
  const {
    suspend: _suspend,
    cancel: _cancel,
    throttle: _throttle,
    approval: _approval,
    sourceAfter: _sourceAfter,
    ttlAfterFinished: _ttl,
    source: { statedQuery, ...source },
    ...work
  } = spec;
  // The same request applied again is the same work, though it would mean another time.
  const stated = statedQuery === undefined ? source : { ...source, query: statedQuery };
  return contentHash({ ...work, source: stated });
}

function plannedSource(
  status: ReindexRequestStatus,
  mark: DestinationMark | undefined,
  sources: readonly IndexFacts[],
): IndexFacts | undefined {
  const [only, ...others] = sources;
  if (!only || others.length > 0) return undefined;
  const planned = status.plan?.sourceUuid ?? (mark?.state === 'final' ? mark.sourceUuid : undefined);
  return planned !== undefined && planned !== only.uuid ? undefined : only;
}

function ownMark(destination: IndexFacts | undefined, uid: string): DestinationMark | undefined {
  const mark = markOf(destination?.mappings);
  return mark?.uid === uid ? mark : undefined;
}

/**
 * The swap removes the epoch alias and adds the others in one call, so a final destination without our epoch alias on
 * the source has it behind it. An undo makes the destination `copying` again before it lets the epoch alias go.
 */
function hasSwapped(
  status: ReindexRequestStatus,
  { destination, claims }: Observed,
  mark: DestinationMark | undefined,
  source: IndexFacts | undefined,
  epochs: readonly number[],
): boolean {
  if (status.completionTime !== undefined && status.aliasesMoved !== undefined) return true;
  if (!destination || mark?.state !== 'final' || epochs.length > 0) return false;
  const planned = status.plan?.aliases.map(({ name }) => name) ?? mark.cutover?.aliases ?? [];
  const isMoved = planned.length > 0 && planned.every((name) => name in destination.aliases);
  if (isMoved) return true;
  if (isOfAnotherSource(mark, source)) return false;
  // Whoever takes over takes the epoch alias away as well, and may be gone by now: what was never asked for, or would
  // show in the aliases, has not happened.
  if (hasBegun(status.phase) && status.plan !== undefined) {
    if (NOT_ASKED_YET.has(status.intent?.type)) return false;
    if (status.intent?.type === 'CutOver' && planned.length > 0)
      return planned.some((name) => name in destination.aliases);
  }
  return source !== undefined && !hasLost(claims);
}

/** Final, and its source was gone before the aliases moved: nothing of it is told by the index that has come in its place. */
export function isOfAnotherSource(
  mark: DestinationMark | undefined,
  source: IndexFacts | undefined,
): boolean {
  return mark?.state === 'final' && source !== undefined && mark.sourceUuid !== source.uuid;
}

/** Intents of before the move; it is asked for only once its own is in status. */
const NOT_ASKED_YET: ReadonlySet<string | undefined> = new Set([undefined, 'Prepare', 'Harden']);

/** Somebody else has taken over what this request had its turn on. */
export function isOvertaken(situation: Situation): boolean {
  const { observed, status } = situation;
  if (!hasBegun(status.phase)) return false;
  return (status.locks !== undefined && hasLost(observed.claims)) || hasLostEpoch(situation);
}

/**
 * Whoever takes over takes the epoch alias away, and may have ended by now, locks and all. What is in the journal was begun
 * with that alias on the source, and it goes with a move or an undo of our own only.
 */
function hasLostEpoch({ status, source, epochs, swapped }: Situation): boolean {
  const isBegun = status.copy !== undefined || status.fence !== undefined;
  return isBegun && source !== undefined && epochs.length === 0 && !swapped;
}

function hasLost(claims: Observed['claims']): boolean {
  return claims?.some(({ by }) => by === 'other') ?? false;
}

/** It may hold something: from here on it has its turn. */
export function hasBegun(phase: string | undefined): boolean {
  return phase !== undefined && phase !== 'Pending' && phase !== 'Validating';
}

/** Somebody's write block or read-only block, whoever set it. */
export function writesBlocked(index: IndexFacts): boolean {
  return isBlocked(index, 'write', 'read_only');
}

export function isBlockFirst({ spec }: Pick<Situation, 'spec'>): boolean {
  return spec.writeMode === 'BlockFirst';
}

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

/** The mark says who set it, from right before the call and whatever becomes of status. */
function hasSetBlock({ status, mark }: Situation): boolean {
  if (wasBlockedBefore({ status, mark })) return false;
  if (mark?.blocks !== undefined) return mark.blocks;
  // A mark that does not say so stands for a status that was lost: with a journal, what is not in it was not done by us.
  return status.blockedSince !== undefined || (mark !== undefined && !status.copy);
}

/** The only block that this project ever sets or lifts. */
export function hasWriteBlock(index: IndexFacts): boolean {
  return isBlocked(index, 'write');
}

/** Whether its mark can be written: neither a full disk nor a person stands against it. Where it can not, nobody waits for it. */
export function takesMark(index: IndexFacts): boolean {
  return !isBlocked(index, 'metadata', 'read_only', 'read_only_allow_delete');
}

/** A call through the epoch alias finds nothing once the epoch is over; without one, the index itself. */
export function throughEpoch(situation: Situation): string {
  const { epochs, epoch, source } = situation;
  return epochs.includes(epoch) ? currentEpochAlias(situation) : (source?.name ?? '');
}

const ONLINE_OUTAGE = '30s';

/** Milliseconds that writers may be blocked; undefined with BlockFirst, unless the spec says how long. */
export function longestOutageMs({ spec }: Pick<Situation, 'spec'>): number | undefined {
  const allowed = spec.maxWriteOutage ?? (isBlockFirst({ spec }) ? undefined : ONLINE_OUTAGE);
  return allowed === undefined ? undefined : (parseDuration(allowed) ?? 0);
}

/** A block that is lifted for this has not failed. */
export const SUSPENDED = 'spec.suspend';

/** Why the block has to end before the aliases have moved; undefined while it has not. */
export function whyToLift(situation: Situation): string | undefined {
  const { status, spec, blocked, epochs, epoch } = situation;
  const { fence, copy, intent } = status;
  if (!fence) return undefined;
  if (fence.lifting) return fence.lifting;
  if (epochs.some((held) => held > epoch))
    return isOutageOver(situation)
      ? 'the deadline has passed, and writers were freed'
      : 'a process that ended has freed the writers';
  if (spec.suspend && status.plan?.sequenceNumbers) return SUSPENDED;
  if (isOutageOver(situation)) return 'maxWriteOutage is over';
  if (isBlockFirst(situation)) return undefined;
  if (fence.verified && !blocked && !status.plan?.blockedBefore) return 'somebody else has lifted it';
  if (copy?.fenced && copy.sweep && intent?.type !== 'CutOver')
    return 'every document has to be looked up first';
  return undefined;
}

/** Nobody waits for us where somebody else blocks writes, and there is nothing that we could lift. */
function isOutageOver({ status: { fence, plan }, spec, now }: Situation): boolean {
  if (fence?.deadline === undefined || plan?.blockedBefore) return false;
  return leftMs(fence.deadline, longestOutageMs({ spec }) ?? Infinity, now) === 0;
}

/** A resumed request goes on where it was, if it can tell what was written meanwhile. */
export function keepsWork({ status, spec }: Situation): boolean {
  return status.copy !== undefined && status.plan?.sequenceNumbers === true && spec.writeMode !== 'CopyOnly';
}

/** A person has approved exactly this plan, or nobody has to. */
export function isApproved({ spec, status, resource }: Situation): boolean {
  if (spec.approval === 'None') return true;
  return status.plan !== undefined && resource.metadata.annotations?.[APPROVE] === status.plan.hash;
}

/** The aliases of the source that this request is to move, with their whole definitions. */
export function aliasesToMove(spec: CopySpec, source: IndexFacts): Readonly<Record<string, AliasDefinition>> {
  const move = spec.aliases?.move ?? (spec.source.query ? 'None' : 'All');
  if (move === 'None' || spec.writeMode === 'CopyOnly') return {};
  const listed = new Set(spec.aliases?.names ?? []);
  const wanted = (name: string) => !name.startsWith(OWN_PREFIX) && (move === 'All' || listed.has(name));
  return Object.fromEntries(Object.entries(source.aliases).filter(([name]) => wanted(name)));
}

export function currentEpochAlias(situation: Situation): string {
  return epochAlias(situation.uid, situation.epoch);
}

/** Its copy is done and serves: it holds no place, and whoever builds upon it may begin. */
export function hasServed(phase: string | undefined): boolean {
  return isOver(phase) || phase === 'RollbackWindow' || phase === 'CleaningUp';
}

/** A new value of the retry annotation begins a failed request anew. */
export function retryIsAsked({
  metadata,
  spec,
  status,
}: Pick<CopyRequest, 'metadata' | 'status'> & { readonly spec: Pick<CopySpec, 'cancel'> }): boolean {
  const asked = tokenOf(metadata, RETRY);
  return (
    status?.phase === 'Failed' && !spec.cancel && asked !== undefined && asked !== status.lastHandledRetry
  );
}
