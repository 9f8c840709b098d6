import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { APPROVE, RETRY, tokenOf } from '../../crds/shared.ts';
import type { AliasDefinition } from '../../elasticsearch/aliases.ts';
import type { CopyRequest, CopySpec } from './copy-request.ts';
import type { FlatSettings } from '../index-settings.ts';
import { type DestinationMark, markOf } from './destination-mark.ts';
import { writesBlocked } from './index-facts.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { entranceAlias, epochAlias, epochOf, OWN_PREFIX } from './names.ts';
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
export function hasLostEpoch({ status, source, epochs, swapped }: Situation): boolean {
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

export function isBlockFirst({ spec }: Pick<Situation, 'spec'>): boolean {
  return spec.writeMode === 'BlockFirst';
}

/** A call through the epoch alias finds nothing once the epoch is over; without one, the index itself. */
export function throughEpoch(situation: Situation): string {
  const { epochs, epoch, source } = situation;
  return epochs.includes(epoch) ? currentEpochAlias(situation) : (source?.name ?? '');
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

export function currentEntrance({ uid, attempt }: Situation): string {
  return entranceAlias(uid, attempt);
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
