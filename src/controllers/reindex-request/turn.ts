import { hasNoGrant } from '../refused.ts';
import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { isOfSeries } from '../../naming/series.ts';
import { markOf } from './destination-mark.ts';
import type { Claim, HeldClaim, Peer } from './observed.ts';
import { whyHeld } from './silence.ts';
import { hasServed, type Situation } from './situation.ts';

/** Whom a request waits for, and for what. */
export interface Waiting {
  /** For people: namespace and name, or whatever is known of it. */
  readonly holder: string;
  readonly why: string;
  /** The index or alias that it waits for; absent when it waits for a place on its connection. */
  readonly name?: string;
  /** 1 goes next. */
  readonly place: number;
}

/**
 * A request has its turn when nobody stands before it at any of three gates: its source is made, nobody else works on
 * its names, and the connection has a place. Peers are judged by age, so that every worker and every replica comes to
 * the same answer without asking anyone; what other operators do is known by the locks alone.
 */
export function whoGoesFirst(situation: Situation): Waiting | undefined {
  const before = peersBefore(situation);
  return (
    makerFirst(situation) ??
    (situation.spec.dryRun ? undefined : namesTaken(situation, before)) ??
    placesTaken(situation, before)
  );
}

/** The request that is to fill the source of this one: in a chain of versions each waits for the one before it. */
function makerFirst({ observed, spec }: Situation): Waiting | undefined {
  const [source] = observed.sources;
  if (source && markOf(source.mappings)?.state !== 'copying') return undefined;
  const name = spec.source.index;
  const maker = observed.peers.find((peer) => makes(peer, name) && isOpen(peer));
  if (!maker) return undefined;
  const why = `${name} is its destination, and it has not ended yet`;
  return { holder: nameOf(maker), why, name, place: 1 };
}

/**
 * Between two indexes of a series: the request that is still to make indexes of its source, without which it would end
 * too early. Of those that wait for each other in a ring the oldest does not wait.
 */
export function fillerFirst({ observed, resource }: Situation): Waiting | undefined {
  const { source, destination } = resource.spec;
  const [name = '', made = ''] = [source.series, destination.series];
  // Whoever has no grant may not stop others by what it names.
  const open = observed.peers.filter((peer) => isOpen(peer) && !peer.refused);
  const followers = new Set(followersOf(made, open));
  const isBehind = (peer: Peer) => followers.has(peer) && isOlder(resource.metadata, peer);
  const filler = open.find((peer) => fills(peer, name) && !isBehind(peer));
  if (!filler) return undefined;
  return { holder: nameOf(filler), why: `it is still to make indexes of ${name}`, name, place: 1 };
}

const fills = ({ destination, series }: Peer, name: string) =>
  series?.destination === name || isOfSeries(name, destination);

/** Who reads what is made, an index or a series, and who reads what those make. */
function followersOf(made: string, peers: readonly Peer[]): readonly Peer[] {
  const reads = (peer: Peer) =>
    peer.series?.source === made || isOfSeries(made, peer.source) || copies(peer, made);
  const direct = peers.filter(reads);
  const others = peers.filter((peer) => !reads(peer));
  return [...direct, ...direct.flatMap((peer) => followersOf(madeBy(peer), others))];
}

const madeBy = ({ series, destination }: Peer) => series?.destination ?? destination;

/** The older first; an operator that cannot be seen from here is told by its lock. */
function namesTaken(situation: Situation, before: readonly Peer[]): Waiting | undefined {
  const { observed, spec } = situation;
  const sources = new Set([spec.source.index, ...observed.sources.map(({ name }) => name)]);
  const rivals = before.filter((peer) => [...sources].some((name) => copies(peer, name)));
  const place = rivals.filter((peer) => !isAtWork(peer)).length + 1;
  const claim = observed.claims?.find(isHeldByOther);
  if (claim)
    return { holder: holderOf(situation, claim), why: whyHeld(situation, claim), name: claim.name, place };
  const [rival] = rivals;
  if (!rival) return undefined;
  const name = rival.series && !sources.has(rival.source) ? spec.source.index : rival.source;
  const works = isAtWork(rival) && name === rival.source;
  const why = works ? `it works on ${name}` : `it is to work on ${name} first`;
  return { holder: nameOf(rival), why, name, place };
}

function holderOf({ resource }: Situation, { holder }: HeldClaim): string {
  return holder === nameOf(resource.metadata) ? 'an earlier request of this name' : holder;
}

/** A series keeps all of its indexes while it lasts, whichever of them it is at. */
const copies = ({ source, series }: Peer, name: string) =>
  source === name || (series !== undefined && isOfSeries(series.source, name));

const makes = ({ destination, series }: Peer, name: string) =>
  destination === name || (series !== undefined && isOfSeries(series.destination, name));

/** Who waits for a name will not take a place soon. */
function placesTaken({ observed }: Situation, before: readonly Peer[]): Waiting | undefined {
  const { maxConcurrentOperations: places, connection } = observed;
  const competing = before.filter(
    (peer) => !peer.awaitsApproval && !peer.revoked && !(peer.waitsForName && !isAtWork(peer)),
  );
  const [first] = competing;
  if (!first || competing.length < places) return undefined;
  const why = `connection ${connection} runs ${places} copies at once`;
  return { holder: nameOf(first), why, place: competing.length - places + 1 };
}

/** Whoever waits for the work of another one, perhaps ours, stands before nobody: it could never go first. */
function peersBefore({ observed, resource, spec, status }: Situation): readonly Peer[] {
  const open = observed.peers.filter(isOpen);
  const unmade = new Set([spec.destination.index, ...open.map(({ destination }) => destination)]);
  const waitsForWork = (peer: Peer) => !isAtWork(peer) && unmade.has(peer.source);
  const isAhead = (peer: Peer) => !isOlder(resource.metadata, peer);
  // Of two that are being checked, neither has done anything: age decides again.
  const checking = status.phase === 'Validating';
  const isBefore = (peer: Peer) =>
    checking
      ? hasItsTurn(peer) || (peer.phase === 'Validating' && isAhead(peer))
      : isAtWork(peer) || isAhead(peer);
  return open
    .filter((peer) => !peer.suspended && !peer.refused && !waitsForWork(peer) && isBefore(peer))
    .sort((a, b) => Number(isAtWork(b)) - Number(isAtWork(a)) || (a.created < b.created ? -1 : 1));
}

const nameOf = ({ namespace, name }: Pick<Peer, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** Somebody else's, and there is a sign of life. */
export function isHeldByOther(claim: Claim): claim is HeldClaim {
  return claim.by === 'other' && !claim.abandoned;
}

/** Made before that one, or at the same moment under a lesser uid. */
function isOlder({ creationTimestamp, uid }: ReindexRequest['metadata'], peer: Peer): boolean {
  return creationTimestamp < peer.created || (creationTimestamp === peer.created && uid < peer.uid);
}

/** A series has served when its last index has: the move of one is no end. */
function isOpen({ phase, series }: Pick<Peer, 'phase' | 'series'>): boolean {
  return !(series ? isOver(phase) : hasServed(phase));
}

function isAtWork(peer: Pick<Peer, 'phase' | 'series'>): boolean {
  return peer.phase !== undefined && peer.phase !== 'Pending' && isOpen(peer);
}

function hasItsTurn(peer: Pick<Peer, 'phase' | 'series'>): boolean {
  return isAtWork(peer) && peer.phase !== 'Validating';
}

/** Counts against the places of its connection: neither a suspended request does, nor one that waits for a person or for its grant. */
export function holdsPlace({ spec, status }: Pick<ReindexRequest, 'spec' | 'status'>): boolean {
  const waits = spec.suspend || status?.phase === 'AwaitingApproval' || hasNoGrant(status);
  return hasItsTurn({ phase: status?.phase }) && !waits;
}
