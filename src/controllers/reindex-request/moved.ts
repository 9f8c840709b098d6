import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { ROLLBACK, tokenOf } from '../../crds/shared.ts';
import { parseDuration } from '../../crds/duration.ts';
import type { MovedAlias } from './actions.ts';
import { clocksDiffer } from './clocks.ts';
import { time } from './moments.ts';
import { rollbackAlias, userAliases } from './names.ts';
import type { IndexFacts, ShardFacts } from './observed.ts';
import { hasBegun, type Situation } from './situation.ts';
import type { Step } from './step.ts';
import { hasWriteBlock } from './index-facts.ts';
import { wasBlockedBefore } from './write-block.ts';

/** Questions about a request whose aliases have moved, asked by all stages from there on. */

export type StageAfterMove = 'RollbackWindow' | 'RollingBack' | 'CleaningUp';

/** The first thing that is not over yet: a rollback that was begun, the window, the rest. */
export function stageAfterMove(situation: Situation): StageAfterMove {
  const moved = afterMove(situation);
  const { status, spec } = moved;
  if (status.rollback || (isForgotten(moved) && wasMovedBack(moved))) return 'RollingBack';
  if (isHeldByForgottenRollback(moved)) return 'RollingBack';
  if (status.phase === 'CleaningUp' || !windowIsOpen(moved)) return 'CleaningUp';
  return rollbackAsked(moved) !== undefined && !spec.suspend ? 'RollingBack' : 'RollbackWindow';
}

/**
 * The answer to the move may have been lost, or the whole status: what is seen, and what the destination's mark tells,
 * is as good. What only the copy needed is forgotten.
 */
export function afterMove(situation: Situation): Situation {
  const { status, mark, source, destination, spec, now } = situation;
  const { copy: _copy, fence: _fence, failure: _failure, intent, ...rest } = status;
  const cutover = mark?.cutover;
  const restored: ReindexRequestStatus = {
    ...rest,
    ...(intent && intent.type !== 'CutOver' ? { intent } : {}),
    completionTime: status.completionTime ?? cutover?.time ?? time(now),
    aliasesMoved: status.aliasesMoved ?? cutover?.aliases ?? plannedAliases(status, destination),
    cutoverMaxSeq: status.cutoverMaxSeq ?? cutover?.maxSeq,
    sourceHidden: status.sourceHidden ?? cutover?.sourceHidden,
    ...(source ? { source: { ...status.source, index: source.name, uuid: source.uuid } } : {}),
    destination: {
      ...status.destination,
      index: spec.destination.index,
      uuid: status.destination?.uuid ?? destination?.uuid,
    },
  };
  return { ...situation, status: restored };
}

function plannedAliases(
  status: ReindexRequestStatus,
  destination: IndexFacts | undefined,
): readonly string[] {
  const planned = (status.plan?.aliases ?? []).map(({ name }) => name);
  return planned.filter((name) => name in (destination?.aliases ?? {}));
}

/** Whether the aliases can still move back. A clock that may be wrong ends nothing. */
export function windowIsOpen(moved: Situation): boolean {
  const { source, resource, status, observed, now } = moved;
  if (!source || isDestinationGone(moved) || resource.metadata.deletionTimestamp) return false;
  // None has moved, or a later request has moved them on.
  if (aliasesOfDestination(moved).length === 0) return false;
  // Who finds the source under an alias must find it visible and free.
  if (status.rollbackUntil === undefined && userAliases(source).length > 0) return false;
  return now < windowEnd(moved) || (hasWindow(moved) && clocksDiffer(observed));
}

/** Also where another index has its name by now. */
export function isDestinationGone({ destination, status }: Situation): boolean {
  return destination?.uuid !== status.destination?.uuid;
}

/** Milliseconds since the epoch. */
export function windowEnd({ status, spec, now }: Situation): number {
  const since = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return since + windowMs(spec);
}

/** Without one the clock decides nothing. */
export function hasWindow({ spec }: Pick<Situation, 'spec'>): boolean {
  return windowMs(spec) > 0;
}

function windowMs({ sourceAfter }: Situation['spec']): number {
  return parseDuration(sourceAfter.rollbackWindow) ?? 0;
}

/** Asked for, and not yet found to be a mistake. */
export function deletionIsWanted({ spec, status, resource }: Situation): boolean {
  return spec.sourceAfter.policy === 'Delete' && !resource.metadata.deletionTimestamp && !status.sourceKept;
}

/** The value that asks for a rollback and was not acted on yet. */
export function rollbackAsked({
  resource,
  status,
}: Pick<Situation, 'resource' | 'status'>): string | undefined {
  const asked = tokenOf(resource.metadata, ROLLBACK);
  return asked && asked !== status.lastHandledRollback ? asked : undefined;
}

/** What was asked for before there is a way back asks for nothing, and must not fire after the move. */
export function answeringEarly(situation: Situation): Pick<Step, 'events'> & Pick<Situation, 'status'> {
  const { status } = situation;
  const asked = hasWindow(situation) ? rollbackAsked(situation) : undefined;
  if (asked === undefined) return { status };
  const note = `${ROLLBACK} was set before the aliases moved, and asks for nothing: to move them back, set another value once status.rollbackUntil is there`;
  const event = { type: 'Warning', reason: 'RollbackRefused', action: 'Rollback', note } as const;
  return { status: { ...status, lastHandledRollback: asked }, events: [event] };
}

/** Whoever has asked for a rollback is answered at the end, which nothing else may call for. */
export function answering(situation: Pick<Situation, 'resource' | 'status'>, end: Step): Step {
  return rollbackAsked(situation) === undefined ? end : { ...end, next: 'now' };
}

/** The moved aliases that are still on the destination, with the definitions of now. */
export function aliasesOfDestination({ status, destination }: Situation): readonly MovedAlias[] {
  return (status.aliasesMoved ?? []).flatMap((name) => {
    const definition = destination?.aliases[name];
    return definition ? [{ name, definition }] : [];
  });
}

/** Whether the aliases lead to the source again. */
export function isMovedBack(moved: Situation): boolean {
  const { status, source } = moved;
  const names = status.aliasesMoved ?? [];
  return aliasesOfDestination(moved).length === 0 && names.some((name) => name in (source?.aliases ?? {}));
}

/** Aliases have moved and the status does not know: it was lost, whatever has been said since. A retry counts its attempt. */
function isForgotten({ status }: Situation): boolean {
  return !hasBegun(status.phase) && status.attempt === undefined;
}

/** Told by the mark of the destination, when the status was lost. */
function wasMovedBack(moved: Situation): boolean {
  return moved.mark?.rollback !== undefined && isMovedBack(moved);
}

/** The status of a rollback was lost while it blocked what serves: it is taken up again, to its end or to be let go. */
function isHeldByForgottenRollback(moved: Situation): boolean {
  const { mark, destination } = moved;
  if (!destination || mark?.rollbackBlockedBefore !== false) return false;
  return hasWriteBlock(destination) && aliasesOfDestination(moved).length > 0;
}

/** What a rollback of this request has put on the destination. */
export function rollbackAliases({ destination, uid }: Situation): readonly string[] {
  const prefix = rollbackAlias(uid, 0).slice(0, -1);
  return Object.keys(destination?.aliases ?? {}).filter((alias) => alias.startsWith(prefix));
}

/** A write block on the source that was there before this request is never lifted; what is unknown counts as such. */
export function blockIsOurs({ status, mark }: Situation): boolean {
  // A copy that never blocked has no such record; one that has let go says so in its mark.
  if (status.cutoverMaxSeq === undefined || mark?.blocks === false) return false;
  return !wasBlockedBefore({ status, mark });
}

/** Operations beyond the recorded numbers; undefined when either side is not known. */
export function operationsSince(
  recorded: readonly number[] | undefined,
  shards: readonly ShardFacts[] | undefined,
): number | undefined {
  if (!recorded || !shards || recorded.length !== shards.length) return undefined;
  return shards.reduce(
    (sum, { shard, maxSeqNo }) => sum + Math.max(0, maxSeqNo - (recorded[shard] ?? -1)),
    0,
  );
}
