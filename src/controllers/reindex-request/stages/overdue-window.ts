import { afterMove, windowEnd } from '../moved.ts';
import type { Situation } from '../situation.ts';
import type { Step } from '../step.ts';
import { keepWindow } from './rollback-window.ts';

/** How soon clocks that differ are compared again: nobody waits for the end of the window. */
const LOOK_AGAIN_MS = 60_000;

const WAITS =
  'It does not end while the clocks of operator, API server and Elasticsearch differ by more than a minute, because it is not known whether it is over: fix the clocks.';

/** A window that would be over if the clock was right is kept, and says why. */
export function holdWindow(situation: Situation): Step {
  const kept = keepWindow(situation);
  if (situation.now < windowEnd(afterMove(situation))) return kept;
  const ready = { ...kept.ready, message: `${kept.ready.message} ${WAITS}` };
  return { ...kept, ready, next: kept.next === 'now' ? 'now' : LOOK_AGAIN_MS };
}
