import type { ReindexRequest, ReindexRequestStatus } from '../crds/reindex-request.ts';
import { counted, relative, unjudgedBecause } from './words.ts';

/** Why the aliases cannot move back; undefined when they can be asked to. */
export function refusalOf({ spec, status = {} }: ReindexRequest): string | undefined {
  const { phase, aliasesMoved = [] } = status;
  // Of a request that has lost its status the aliases may have moved: nothing is known until it is built anew.
  if (phase === undefined)
    return `it is not known yet how far it is (${unjudgedBecause(status)}). Ask again once it has a phase`;
  // Whether its time is over is for the operator to say: the clock here, or the one there, may be wrong. One that has begun
  // goes on.
  if (phase === 'RollbackWindow')
    return spec.suspend && status.rollback === undefined
      ? 'it is suspended. Set spec.suspend to false, then ask again'
      : undefined;
  if (phase === 'RolledBack') return 'it is rolled back already';
  if (phase === 'Planned') return 'it is Planned: it has moved no alias';
  if (spec.source.series !== undefined)
    return 'a series has no rollback window: the aliases of its indexes that are done stay where they are. Copy back with a new request';
  if (phase === 'CleaningUp' || phase === 'Completed')
    return aliasesMoved.length === 0 ? 'it has moved no alias' : endWords(status);
  if (phase === 'Failed' || phase === 'Cancelled') return `it is ${phase}: it has moved no alias`;
  return `it is ${phase}, the aliases have not moved yet. spec.cancel: true undoes all of it`;
}

function endWords({ rollbackEnded }: ReindexRequestStatus): string {
  return rollbackEnded === undefined
    ? 'its window is over, or it had none. Copy back with a new request'
    : ENDS[rollbackEnded];
}

const ENDS: Readonly<Record<NonNullable<ReindexRequestStatus['rollbackEnded']>, string>> = {
  SourceGone:
    'the old index was deleted. Restore it from a snapshot if there is one, then move the aliases with POST _aliases',
  DestinationGone:
    'the new index was deleted. Put the aliases back on the old one with POST _aliases, with the definitions in status.plan.aliases',
  AliasesGone:
    'its aliases were moved on, or removed from the new index. GET _alias says where they lead; POST _aliases moves them',
};

/** What will happen, before it does. */
export function rollbackLines(request: ReindexRequest, discard: boolean, now: number): readonly string[] {
  const { spec, status = {} } = request;
  const { rollbackUntil, aliasesMoved = [], newWrites } = status;
  const from = status.source?.index ?? spec.source.index ?? 'the source';
  const to = status.destination?.index ?? spec.destination.index ?? 'the destination';
  const until =
    rollbackUntil === undefined || Date.parse(rollbackUntil) <= now
      ? ''
      : ` The window is open until ${rollbackUntil} (${relative(rollbackUntil, now)}).`;
  return [
    `Rollback of reindex/${request.metadata.name}: ${counted(aliasesMoved.length, 'alias', 'aliases')} (${aliasesMoved.join(', ')}) from ${to} back to ${from}.${until}`,
    `  - Writes to ${to} are blocked, for about a second; then one call moves all aliases.`,
    `  - ${from} is visible and takes writes again. ${to} stays, hidden and without writes, until you delete it.`,
    discard
      ? `  - What was written to ${to} since the aliases moved is LOST for readers${newWrites === undefined ? '' : `: ${counted(newWrites, 'operation')} when last asked`}.`
      : `  - If ${to} has taken writes since the aliases moved, nothing moves and you are told how many.`,
  ];
}
