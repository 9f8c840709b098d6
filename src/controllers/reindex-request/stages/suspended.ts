import type { ReindexAction } from '../actions.ts';
import { cancelStrays } from '../changes.ts';
import { counted } from '../../counted.ts';
import type { Situation } from '../situation.ts';
import { withoutForecast } from '../progress.ts';
import { type Step, step } from '../step.ts';
import { copyRanges } from './copying.ts';

/** No new part begins, those that run end and count; what is written meanwhile is caught up after resuming. */
export function rest(situation: Situation): Step {
  const { status } = situation;
  const journal = status.copy;
  const running = (journal?.running ?? []).filter(({ task }) => task !== undefined).length;
  const message =
    running > 0
      ? `suspended by spec.suspend: ${counted(running, 'running task')} will end, no new one begins, and writes are free`
      : 'suspended by spec.suspend: writes are free; what is copied is kept, and what is written meanwhile is caught up after resuming';
  const ready = { type: 'suspended', reason: 'Suspended', message } as const;
  if (journal && running > 0) {
    const ending = resting(copyRanges(situation, journal));
    return { ...ending, actions: [...stopping(situation), ...(ending.actions ?? [])], ready };
  }
  return step(situation, { phase: status.phase ?? 'Copying', message, ready, next: 'changed' });
}

/** Who may not copy any more does not copy to the end of a part either. */
function stopping(situation: Situation): readonly ReindexAction[] {
  return situation.observed.revoked === undefined ? [] : (cancelStrays(situation) ?? []);
}

function resting(ending: Step): Step {
  const { progress } = ending.status;
  return progress ? { ...ending, status: { ...ending.status, progress: withoutForecast(progress) } } : ending;
}
