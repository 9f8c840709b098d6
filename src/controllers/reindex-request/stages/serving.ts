import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ResourceEvent } from '../../../runtime/controller.ts';
import { formatDuration } from '../../../schedule/duration.ts';
import type { ReindexAction } from '../actions.ts';
import { markChange, settingsChange, targetOf } from '../changes.ts';
import { leftPipelines, shownSettings } from '../destination-settings.ts';
import { aliasesOfDestination, blockIsOurs, operationsSince, rollbackAliases } from '../moved.ts';
import { fewNames } from '../../few-names.ts';
import { writesAfterFenceMessage } from '../moved-conditions.ts';
import { ownGuards, userAliases } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { isHiddenForAnother } from '../own-visibility.ts';
import { lackedSettings, lackMessage } from '../refused-settings.ts';
import { viewsOf } from '../rounds.ts';
import type { Situation } from '../situation.ts';
import { hasWriteBlock, takesMark } from '../index-facts.ts';
import { time } from '../moments.ts';
import { type Step, type StepOptions, step } from '../step.ts';

/** Every step of this phase; `Complete` since the move, so `Ready`. */
export function cleaningStep(moved: Situation, message: string, options: Partial<StepOptions> = {}): Step {
  return step(moved, {
    phase: 'CleaningUp',
    message,
    percent: 99,
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'now',
    ...options,
  });
}

/** For people: where readers and writers are now, and what is not as it was to be. */
export function leadTo(moved: Situation): string {
  const lack = lackMessage(moved.spec.destination.index, lackedSettings(moved));
  return [whereTo(moved), ...(lack === undefined ? [] : [lack])].join('; ');
}

function whereTo(moved: Situation): string {
  const { status, spec } = moved;
  const to = spec.destination.index;
  if ((status.aliasesMoved ?? []).length === 0) return `${to} is complete; no alias was to move`;
  const names = aliasesOfDestination(moved).map(({ name }) => name);
  if (names.length === 0) return `no alias that was moved to ${to} leads there any more`;
  return `${names.length === 1 ? 'alias' : 'aliases'} ${fewNames(names)} now ${names.length === 1 ? 'points' : 'point'} to ${to}`;
}

/** For whoever watches the figures. */
export function movedFigures({ status, spec }: Situation): string {
  const names = (status.aliasesMoved ?? []).join(', ') || 'none';
  return `Updated aliases: ${names} Remove: ${status.source?.index} Add: ${spec.destination.index}`;
}

/** What the move took. */
export function withDurations(moved: Situation): ReindexRequestStatus {
  const { status } = moved;
  const end = Date.parse(status.completionTime ?? time(moved.now));
  const since = (start: string | undefined, more = 0) =>
    start === undefined ? undefined : formatDuration(more + Math.max(0, end - Date.parse(start)));
  const outage = blockIsOurs(moved) ? since(status.blockedSince, status.outageBefore) : undefined;
  return {
    ...status,
    duration: status.duration ?? since(status.startTime),
    writeOutage: status.writeOutage ?? outage,
  };
}

/** Also what came behind the write block. Only while it is there: afterwards anybody may write. */
export function withLosses(moved: Situation): ReindexRequestStatus {
  const status = withDurations(moved);
  const lost = operationsSince(status.cutoverMaxSeq?.source, moved.observed.shards);
  return lost === undefined
    ? status
    : { ...status, writesAfterFence: Math.max(lost, status.writesAfterFence ?? 0) };
}

/** Once: when the first such write is seen. */
export function lossEvents(moved: Situation, next: ReindexRequestStatus): readonly ResourceEvent[] {
  if (!next.writesAfterFence || moved.status.writesAfterFence) return [];
  const note = writesAfterFenceMessage(moved, next);
  return [{ type: 'Warning', reason: 'WritesAfterFence', action: 'Verify', note }];
}

/**
 * Visible, and under its life-cycle policy. Once something of it was refused, all the rest was set together with it: what is
 * there since then are the settings of whoever was told to set them.
 */
export function serve({ status, destination, mark }: Situation): readonly ReindexAction[] {
  if (!destination || !mark || isPassedOn(status, destination)) return [];
  const restore = mark.restore ?? {};
  const shown = status.refusedSettings ? {} : shownSettings(restore);
  const settings = { ...shown, ...leftPipelines(restore, destination.settings) };
  return settingsChange(destination, settings, { mayLack: true });
}

/** The aliases have gone on, and nobody reads it through another: a later request may have hidden it, for its way back. */
function isPassedOn({ aliasesMoved = [] }: ReindexRequestStatus, destination: IndexFacts): boolean {
  return aliasesMoved.length > 0 && userAliases(destination).length === 0;
}

/** A late call of a rollback that is over, or of an operator that knew of no entrances. */
export function dropStray(moved: Situation): readonly ReindexAction[] {
  const { destination } = moved;
  const aliases = [
    ...rollbackAliases(moved),
    ...(destination?.entrances ?? []),
    ...(destination ? ownGuards(destination, moved.uid) : []),
  ];
  if (!destination || aliases.length === 0) return [];
  return [{ type: 'DropAliases', target: targetOf(destination), aliases }];
}

/** Before what only the copy needed is forgotten. */
export function closeViews({ status }: Situation): readonly ReindexAction[] {
  const pits = viewsOf(status.copy);
  return pits.length > 0 ? [{ type: 'ClosePointsInTime', pits }] : [];
}

export function hideSource({ source, observed }: Situation): readonly ReindexAction[] {
  if (!source || observed.protects(source.name)) return [];
  return settingsChange(source, { 'index.hidden': true });
}

/**
 * The old index is as it was before this request: what others had blocked or hidden stays so. Also one that is protected
 * by now: to take back what is ours leaves it as its owner knows it, and nobody else would.
 */
export function freeSource(moved: Situation): readonly ReindexAction[] {
  return [...showSource(moved), ...unblockSource(moved)];
}

/** The same at the end of a window: what another request still keeps out of sight is for that one to show. */
export function leaveSource(moved: Situation): readonly ReindexAction[] {
  const { source, observed } = moved;
  return source && isHiddenForAnother(source, observed.peers) ? unblockSource(moved) : freeSource(moved);
}

function showSource({ source, status }: Situation): readonly ReindexAction[] {
  return source && status.sourceHidden === false ? settingsChange(source, { 'index.hidden': null }) : [];
}

function unblockSource(moved: Situation): readonly ReindexAction[] {
  const { source } = moved;
  if (!source) return [];
  return hasWriteBlock(source) && blockIsOurs(moved)
    ? [{ type: 'LiftBlock', target: targetOf(source) }]
    : forget(moved);
}

/** Whoever blocks it from now on is somebody else, also for one who has lost the status. */
function forget({ destination, mark, observed }: Situation): readonly ReindexAction[] {
  if (!destination || !mark?.blocks || !takesMark(destination)) return [];
  if (observed.protects(destination.name)) return [];
  return [markChange(destination, { ...mark, blocks: false })];
}
