import { moveEpochs } from '../changes.ts';
import type { Situation } from '../situation.ts';
import { type Step, type StepOptions, step } from '../step.ts';

/** The epoch that status has written down becomes the one on the source: nothing of an earlier one can act any more. */
export function takeOver(situation: Situation): Step {
  const { status, epochs, epoch } = situation;
  const newest = Math.max(epoch, ...epochs);
  if (newest === epoch) return takingOver(situation, { actions: moveEpochs(situation) });
  // The journal first. What is copied stays, as after every block that was lifted: what was written since then follows.
  return takingOver(situation, { status: { ...status, epoch: newest + 1 }, next: 'now' });
}

function takingOver(situation: Situation, options: Partial<StepOptions>): Step {
  const { source, status } = situation;
  return step(situation, {
    phase: status.phase ?? 'Copying',
    message: `going on with ${source?.name}`,
    ...options,
  });
}
