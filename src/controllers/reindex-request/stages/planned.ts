import { plannedMessage } from '../planned-message.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/** The end of a dry run. Nothing is copied, so nothing is complete. */
export function planned(situation: Situation): Step {
  const message = plannedMessage(situation.status);
  return step(situation, {
    phase: 'Planned',
    message,
    percent: 100,
    ready: { type: 'ready', reason: 'Planned', message },
    next: 'changed',
    holds: false,
  });
}
