import { connectionOf } from '../../crds/shared.ts';
import type { Readiness } from '../../runtime/controller.ts';
import type { Place } from './at-work.ts';
import type { Run } from './observed.ts';
import type { Situation } from './situation.ts';
import { waitingFor } from './step.ts';

/** Copies are no reason to wait; other repositories that are written are, as many as the connection allows. */

export const TURN_AGAIN_MS = 5_000;

/**
 * What a slot, or a wish that is written already, has to wait for. Schedules that share a cron wish at the same moment,
 * and none sees the others: so it is asked once more before the snapshot is made, and then only those who wished earlier
 * go first.
 * @param wish undefined for a slot that is not wished for yet.
 */
export function waitForTurn({ resource, spec, uid, seen }: Situation, wish?: Run): Readiness | undefined {
  if (seen === undefined) return undefined;
  const { places, maxConcurrentOperations: most } = seen;
  const ahead = wish === undefined ? places : places.filter((place) => goesFirst(place, wish, uid));
  const repositories = new Set(ahead.map(({ repository }) => repository));
  if (repositories.has(wish?.repository ?? spec.repository) || repositories.size < most) return undefined;
  const message = `${[...repositories].sort().join(', ')} of connection ${connectionOf(resource)} are written at present, and it allows ${most} at a time.`;
  return waitingFor('WaitingForTurn', message);
}

/** By slot, and among those of one slot by uid: every schedule comes to the same order. */
function goesFirst({ wish: other }: Place, { slot }: Run, uid: string): boolean {
  if (other === undefined || other.slot < slot) return true;
  return other.slot === slot && other.uid < uid;
}
