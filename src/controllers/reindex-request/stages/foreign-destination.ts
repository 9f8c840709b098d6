import { fewNames } from '../../few-names.ts';
import { markOf } from '../destination-mark.ts';
import type { IndexFacts } from '../observed.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** Somebody else's index has the name of the destination. @param what is found, in the words of a sentence. */
export function refuseForeign(situation: Situation, destination: IndexFacts, what: string): Step {
  const { index } = situation.spec.destination;
  return fail(
    situation,
    'ForeignDestination',
    `${index} ${what}; it was not touched: ${adviceFor(destination)}`,
  );
}

/** Not made by this request, or not any more. No task of its own makes one. */
export function refuseUnmarked(situation: Situation, destination: IndexFacts): Step {
  const { uuid } = situation.status.destination ?? {};
  const isAnother = uuid !== undefined && uuid !== destination.uuid;
  const what =
    isAnother && markOf(destination.mappings) === undefined
      ? 'was deleted while it was being filled, and somebody else has made another'
      : 'was created by somebody else meanwhile';
  return refuseForeign(situation, destination, what);
}

/** Nobody is told to delete what serves, nor without a thought what may hold the only copy. */
function adviceFor({ name, aliases }: IndexFacts): string {
  const names = Object.keys(aliases);
  if (names.length === 0)
    return 'choose another name in a new request, or delete it if nobody needs it, then retry';
  return `${name} has the alias ${fewNames(names)} and may be in use, so choose another name in a new request`;
}
