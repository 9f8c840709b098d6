import { epochAlias } from '../names.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/** The epoch that status has written down becomes the one on the source: nothing of an earlier one can act any more. */
export function takeOver(situation: Situation): Step {
  const { source, epochs, epoch, uid, status } = situation;
  const target = { index: source?.name ?? '', uuid: source?.uuid ?? '' };
  return step(situation, {
    phase: status.phase ?? 'Copying',
    message: `going on with ${target.index}`,
    actions: epochs
      .filter((held) => held < epoch)
      .map((held) => ({
        type: 'MoveEpochAlias',
        target,
        from: epochAlias(uid, held),
        to: epochAlias(uid, epoch),
      })),
  });
}
