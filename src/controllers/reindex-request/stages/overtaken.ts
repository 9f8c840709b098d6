import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** This operator gave no sign of life for so long that somebody else has gone on; what it held ended with its turn. */
export function overtaken(situation: Situation): Step {
  const taken = situation.observed.claims?.find(({ by }) => by === 'other');
  const holder = taken?.by === 'other' ? taken.holder : 'somebody else';
  return fail(
    situation,
    'TurnLost',
    `${holder} has taken ${taken?.name} over, because nothing was heard of this request for ten minutes; no alias was moved: retry when it has ended`,
  );
}
