import { hasSettings, ownPipelines, withMark } from '../destination.ts';
import { epochAlias } from '../names.ts';
import { withQuarantined } from '../progress.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step, step, time } from '../step.ts';

/** The end of a copy that moves nothing: it is final, and the source is let go. */
export function release(situation: Situation): Step {
  const { source, destination, mark, epochs, uid, spec, status, now } = situation;
  if (!source || !destination || !mark)
    return fail(
      situation,
      'SourceChanged',
      'source or destination is gone right before the end of the copy; a retry copies everything again',
    );
  const message = `finishing ${spec.destination.index}`;
  const options = {
    phase: 'CleaningUp',
    message,
    percent: 99,
    progress: withLeftOut(situation, message),
  } as const;
  const target = { index: destination.name, uuid: destination.uuid };
  const settings = ownPipelines(mark.restore ?? {});
  if (!hasSettings(destination.settings, settings))
    return step(situation, { ...options, actions: [{ type: 'SetSettings', target, settings }] });
  if (mark.state !== 'final') {
    const meta = withMark(destination.mappings, { ...mark, state: 'final' })['_meta'];
    return step(situation, { ...options, actions: [{ type: 'SetMeta', target, meta }] });
  }
  // The journal first: without it nobody could tell this end from the work of somebody who took over.
  if (status.intent?.type !== 'CutOver')
    return step(situation, {
      ...options,
      status: { ...status, intent: { type: 'CutOver', time: time(now) } },
      next: 'now',
    });
  const aliases = epochs.map((held) => epochAlias(uid, held));
  return step(situation, {
    ...options,
    actions: [{ type: 'DropAliases', target: { index: source.name, uuid: source.uuid }, aliases }],
  });
}

/** What could not be written; all that ever could not, when the point in time that shows what is left of it is lost. */
function withLeftOut({ status: { copy, progress }, observed }: Situation, message: string) {
  const quarantined = typeof observed.bad === 'number' ? observed.bad : (copy?.bad ?? 0);
  return withQuarantined(progress, message, quarantined);
}
