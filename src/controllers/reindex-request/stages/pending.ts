import { silenceOf } from '../silence.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';
import { whoGoesFirst, type Waiting } from '../turn.ts';

/** How soon a free place is noticed by whoever goes next; those behind look less often, which costs the cluster less. */
const LOOK_AGAIN_MS = 3_000;
const MOST_LOOK_AGAIN_MS = 30_000;

export function takeTurn(situation: Situation): Step {
  const first = whoGoesFirst(situation);
  if (first) return waitInLine(situation, first);
  return step(situation, {
    phase: 'Validating',
    message: `checking ${situation.spec.source.index}`,
    next: 'now',
    holds: false,
    progress: { message: 'Starting reindex...' },
  });
}

/** Nothing is held while it lasts; a plan that was made is made anew by what is there then. */
export function waitInLine(situation: Situation, { holder, why, name, place }: Waiting): Step {
  const { plan, source: _source, destination: _destination, ...rest } = situation.status;
  const silence = silenceOf(situation);
  const message = `waiting for ${holder}: ${why}, place ${place} in the queue`;
  return step(situation, {
    phase: 'Pending',
    message,
    status: plan ? rest : situation.status,
    turn: {
      holder: holder.slice(0, 600),
      place,
      ...(name === undefined ? {} : { name }),
      ...(silence ? { silence } : {}),
    },
    ready: { type: 'reconciling', reason: 'WaitingForTurn', message },
    next: Math.min(LOOK_AGAIN_MS * place, MOST_LOOK_AGAIN_MS),
    holds: false,
  });
}
