import type { PassLogger } from '../../runtime/controller.ts';
import type { Observed } from './observed.ts';

/** Why a copy fails for good is read once, and no status may hold the words for it. All tasks run the same script. */
export function tellFailed(outcomes: Observed['outcomes'] = {}, log: Pick<PassLogger, 'warn'>): void {
  for (const [task, outcome] of Object.entries(outcomes)) {
    if (outcome.type !== 'failed') continue;
    log.warn({ task, ...outcome.said }, 'a task of the copy has failed for good');
    return;
  }
}
