import { closeEntrances, dropEpochs, markChange, settingsChange } from '../changes.ts';
import { ownPipelines } from '../destination-settings.ts';
import { withQuarantined } from '../progress.ts';
import type { Prepared, Situation } from '../situation.ts';
import { time } from '../moments.ts';
import { type Step, step } from '../step.ts';

/** The end of a copy that moves nothing: it is final, and the source is let go. */
export function release(situation: Prepared): Step {
  const { source, destination, mark, spec, status, now } = situation;
  const message = `finishing ${spec.destination.index}`;
  const options = {
    phase: 'CleaningUp',
    message,
    percent: 99,
    progress: withLeftOut(situation, message),
  } as const;
  const pipelines = settingsChange(destination, ownPipelines(mark.restore));
  if (pipelines.length > 0) return step(situation, { ...options, actions: pipelines });
  if (mark.state !== 'final')
    return step(situation, { ...options, actions: [markChange(destination, { ...mark, state: 'final' })] });
  // The journal first: without it nobody could tell this end from the work of somebody who took over.
  if (status.intent?.type !== 'CutOver')
    return step(situation, {
      ...options,
      status: { ...status, intent: { type: 'CutOver', time: time(now) } },
      next: 'now',
    });
  return step(situation, {
    ...options,
    actions: [...closeEntrances(destination), dropEpochs(situation, source)],
  });
}

/** What could not be written; all that ever could not, when the point in time that shows what is left of it is lost. */
function withLeftOut({ status: { copy, progress }, observed }: Situation, message: string) {
  const quarantined = typeof observed.bad === 'number' ? observed.bad : (copy?.bad ?? 0);
  return withQuarantined(progress, message, quarantined);
}
