import { markOf } from '../destination.ts';
import type { Peer } from '../observed.ts';
import { hasServed, type Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/** Waiting for a place costs nothing; this is how soon a free one is noticed. */
const LOOK_AGAIN_MS = 3_000;

/**
 * Turns go by age, so that every worker and every replica comes to the same answer without asking anyone: a request may
 * run when fewer running or older requests than the connection allows stand before it.
 */
export function takeTurn(situation: Situation): Step {
  const maker = makerOf(situation);
  if (maker) return waitForMaker(situation, maker);
  const before = peersBefore(situation);
  const { maxConcurrentOperations: places, connection } = situation.observed;
  if (before.length < places)
    return step(situation, {
      phase: 'Validating',
      message: `checking ${situation.spec.source.index}`,
      next: 'now',
      holds: false,
      progress: { message: 'Starting reindex...' },
    });
  const holder = before[0];
  const message = `waiting for ${holder?.namespace}/${holder?.name}: connection ${connection} runs ${places} copies at once, place ${before.length - places + 1} in the queue`;
  return step(situation, {
    phase: 'Pending',
    message,
    ready: { type: 'reconciling', reason: 'WaitingForTurn', message },
    next: LOOK_AGAIN_MS,
    holds: false,
  });
}

/** The request that is to fill the source of this one: in a chain of versions each waits for the one before it. */
export function makerOf({ observed, spec }: Situation): Peer | undefined {
  const [source] = observed.sources;
  if (source && markOf(source.mappings)?.state !== 'copying') return undefined;
  return observed.peers.find((peer) => peer.destination === spec.source.index && !hasServed(peer.phase));
}

function waitForMaker(situation: Situation, maker: Peer): Step {
  const message = `${situation.spec.source.index} is the destination of ${maker.namespace}/${maker.name}, which has not ended yet`;
  return step(situation, {
    phase: 'Pending',
    message,
    ready: { type: 'reconciling', reason: 'WaitingForTurn', message },
    next: LOOK_AGAIN_MS,
    holds: false,
  });
}

/** Whoever waits for the work of another one, perhaps ours, stands before nobody: it could never go first. */
function peersBefore({ observed, resource, spec }: Situation): readonly Peer[] {
  const { creationTimestamp, uid } = resource.metadata;
  const open = observed.peers.filter((peer) => !hasServed(peer.phase));
  const unmade = new Set([spec.destination.index, ...open.map(({ destination }) => destination)]);
  const waitsForWork = (peer: Peer) => !isRunning(peer) && unmade.has(peer.source);
  const isBefore = (peer: Peer) =>
    isRunning(peer) ||
    peer.created < creationTimestamp ||
    (peer.created === creationTimestamp && peer.uid < uid);
  return open
    .filter((peer) => !peer.suspended && !peer.refused && !waitsForWork(peer) && isBefore(peer))
    .sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || (a.created < b.created ? -1 : 1));
}

function isRunning({ phase }: Peer): boolean {
  return phase !== undefined && phase !== 'Pending' && !hasServed(phase);
}
