import { currentEpochAlias, type Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** This operator gave no sign of life for so long that somebody else has gone on; what it held ended with its turn. */
export function overtaken(situation: Situation): Step {
  return fail(situation, 'TurnLost', whatHappened(situation));
}

function whatHappened(situation: Situation): string {
  const { observed, status } = situation;
  const taken = observed.claims?.find((claim) => claim.by === 'other');
  if (taken)
    return `${taken.holder} has taken ${taken.name} over, because nothing was heard of this request for ten minutes; no alias was moved: retry when it has ended`;
  const index = status.source?.index;
  return `the alias ${currentEpochAlias(situation)} was taken from ${index}, as another request does that has taken it over because nothing was heard of this one for ten minutes; this one has moved no alias: see where the aliases lead, and whether a write block was left there, then retry if it is still wanted`;
}
