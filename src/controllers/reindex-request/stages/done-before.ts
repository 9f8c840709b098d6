import { markOf } from '../destination-mark.ts';
import { isEpochAlias } from '../names.ts';
import { aliasesToMove, type Situation } from '../situation.ts';
import { time } from '../moments.ts';
import { type Step, step } from '../step.ts';

/** The very work of an earlier request of the same spec is there: GitOps has applied it again. */
export function doneBefore(situation: Situation): Step | undefined {
  const mark = markOf(situation.destination?.mappings);
  if (mark?.state !== 'final' || mark.specHash !== situation.specHash || mark.uid === situation.uid)
    return undefined;
  if (!isMoved(situation)) return undefined;
  const message = `${situation.spec.destination.index} was completed by an earlier request of the same spec: nothing to do`;
  return step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...situation.status,
      destination: { index: situation.spec.destination.index, uuid: situation.destination?.uuid },
      completionTime: time(situation.now),
    },
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
}

/** Final is not yet moved: the source must be gone, be the destination itself, or have nothing left to move. */
function isMoved({ observed, spec, destination }: Situation): boolean {
  const [source] = observed.sources;
  if (!source || source.name === destination?.name) return true;
  const copied = Object.keys(source.aliases).some(isEpochAlias);
  return !copied && Object.keys(aliasesToMove(spec, source)).length === 0;
}
