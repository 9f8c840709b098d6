import { moveEpochs } from '../changes.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/** The epoch that status has written down becomes the one on the source: nothing of an earlier one can act any more. */
export function takeOver(situation: Situation): Step {
  const { source, status } = situation;
  return step(situation, {
    phase: status.phase ?? 'Copying',
    message: `going on with ${source?.name}`,
    actions: moveEpochs(situation),
  });
}
