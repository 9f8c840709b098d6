import { isOver } from '../../../crds/reindex-request-status.ts';
import { flatten } from '../../index-settings.ts';
import { type DestinationMark, markOf } from '../destination-mark.ts';
import { hasWriteBlock } from '../index-facts.ts';
import { isEpochAlias } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { aliasesToMove, type Situation } from '../situation.ts';
import { time } from '../moments.ts';
import { type Step, step } from '../step.ts';

/** The very work of an earlier request of the same spec is there: GitOps has applied it again. */
export function doneBefore(situation: Situation): Step | undefined {
  const mark = markOf(situation.destination?.mappings);
  if (mark?.state !== 'final' || mark.specHash !== situation.specHash || mark.uid === situation.uid)
    return undefined;
  if (!isMoved(situation)) return undefined;
  const message = `${situation.spec.destination.index} was completed by an earlier request of the same spec: nothing to do${leftBehind(situation, mark)}`;
  return step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...situation.status,
      // Whatever the name in the spec leads to: what is said of it stays the same.
      source: { index: mark.sourceIndex, uuid: mark.sourceUuid },
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

/** Whoever was to give the source back is gone, and nobody else will: a block that was there before is never named. */
function leftBehind(situation: Situation, mark: DestinationMark): string {
  const [source] = situation.observed.sources;
  if (!source || source.uuid !== mark.sourceUuid || isUsed(situation, source, mark)) return '';
  const { blockedBefore, blocks, cutover } = mark;
  if (!cutover || blockedBefore || blocks === false || !hasWriteBlock(source)) return '';
  const isHidden = String(flatten(source.settings)['index.hidden']) === 'true';
  const [state, cure] =
    isHidden && !cutover.sourceHidden
      ? ['is hidden and takes no writes', '{"index.blocks.write": null, "index.hidden": null}']
      : ['takes no writes', '{"index.blocks.write": null}'];
  return `; its source still ${state}: unless an operator elsewhere keeps it for a rollback, free it with PUT /${source.name}/_settings ${cure}`;
}

function isUsed({ observed }: Situation, { name }: IndexFacts, { uid }: DestinationMark): boolean {
  const { owners, peers, claims = [] } = observed;
  return (
    owners.has(uid) ||
    peers.some(({ phase, source, destination }) => !isOver(phase) && [source, destination].includes(name)) ||
    claims.some((claim) => claim.by === 'other' && claim.name === name)
  );
}
