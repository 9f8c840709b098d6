import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ReindexAction } from '../actions.ts';
import { errorIndex, leftErrors } from '../error-index.ts';
import { documentsText } from '../failures.ts';
import { hasWriteBlock } from '../index-facts.ts';
import {
  afterMove,
  aliasesOfDestination,
  answering,
  isDestinationGone,
  windowEnd,
  windowIsOpen,
} from '../moved.ts';
import { lackMessage, withLackedSettings } from '../refused-settings.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';
import { deleteSource, openAgain } from './deleting-source.ts';
import {
  cleaningStep,
  closeViews,
  dropStray,
  leadTo,
  lossEvents,
  movedFigures,
  freeSource,
  leaveSource,
  serve,
  withDurations,
  withLosses,
} from './serving.ts';

/** No way back any more: the destination serves, the old index goes or is free again, and nothing of ours is left. */
export function cleanUp(situation: Situation): Step {
  const moved = afterMove(situation);
  return (
    enter(moved, closeViews(situation)) ??
    deleteSource(moved) ??
    takeBack(moved) ??
    letSourceGo(moved) ??
    complete(moved)
  );
}

/** What came behind the write block is looked for while the block is still there: afterwards anybody may write. */
function enter(moved: Situation, last: readonly ReindexAction[]): Step | undefined {
  const actions = [...serve(moved), ...dropStray(moved), ...last];
  if (moved.status.phase === 'CleaningUp' && actions.length === 0) return undefined;
  const status = withEnd(moved);
  return cleaningStep(moved, leadTo(moved), {
    status,
    actions,
    progress: { ...status.progress, message: movedFigures(moved) },
    events: lossEvents(moved, status),
  });
}

/** For whoever asks for the way back when nothing is read any more that could tell. */
function withEnd(moved: Situation): ReindexRequestStatus {
  const { rollbackEnded: _before, ...status } = withLosses(moved);
  const rollbackEnded = whatEnded(moved);
  return rollbackEnded === undefined ? status : { ...status, rollbackEnded };
}

/** The window, before its time. */
function whatEnded(moved: Situation): ReindexRequestStatus['rollbackEnded'] {
  const { source, status, now } = moved;
  if ((status.aliasesMoved ?? []).length === 0 || now >= windowEnd(moved)) return undefined;
  if (!source) return 'SourceGone';
  if (isDestinationGone(moved)) return 'DestinationGone';
  return aliasesOfDestination(moved).length === 0 ? 'AliasesGone' : undefined;
}

/** The clock is found to be wrong only now. What has been given back stays so: anybody may have written since. */
function takeBack(moved: Situation): Step | undefined {
  const { source } = moved;
  if (!source || !hasWriteBlock(source) || !windowIsOpen(moved)) return undefined;
  const isHeld = freeSource(moved).some(({ type }) => type !== 'SetMeta');
  return isHeld ? openAgain(moved) : undefined;
}

function letSourceGo(moved: Situation): Step | undefined {
  const actions = leaveSource(moved);
  return actions.length === 0 ? undefined : cleaningStep(moved, leadTo(moved), { actions });
}

function complete(situation: Situation): Step {
  const moved = withLackedSettings(situation);
  const { blockedSince: _since, intent: _intent, rollbackUntil: _until, ...rest } = withDurations(moved);
  const message = [`Reindex complete: ${resultOf(moved)}`, ...fateOf(moved)].join('; ');
  const end = step(moved, {
    phase: 'Completed',
    message,
    percent: 100,
    status: rest,
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
  return answering(moved, end);
}

/** What has become of a source that was to be deleted, of settings that were refused, and of earlier errors. */
function fateOf({ status, spec }: Situation): readonly string[] {
  const { sourceDeleted, sourceKept, source, refusedSettings = [] } = status;
  const fate = sourceDeleted ? `${source?.index} is deleted` : sourceKept;
  const lack = lackMessage(spec.destination.index, refusedSettings);
  const errors = leftErrors(spec.destination.index, status);
  return [fate, lack, errors].filter((part) => part !== undefined);
}

/** Whoever asked for no proof is told that there is none. Their number is not known any more where the status was lost. */
function resultOf(moved: Situation): string {
  const { status, spec } = moved;
  const to = spec.destination.index;
  const { documents } = status.destination ?? {};
  if (isDestinationGone(moved)) return `copied to ${to}, which was deleted since`;
  if (spec.writeMode !== 'CopyOnly')
    return `${documents === undefined ? `copied to ${to}` : `${documentsText(documents)} in ${to}`}${quarantineOf(moved)}`;
  const { completed } = status.progress ?? {};
  const copied = completed === undefined ? 'all documents' : documentsText(completed);
  return `${copied} copied to ${to}; CopyOnly proves nothing: what was written meanwhile may be missing`;
}

/** Whoever has asked for a quarantine is told at the end that it is not empty. */
function quarantineOf({ status, spec }: Situation): string {
  const { quarantined = 0 } = status.progress ?? {};
  return quarantined > 0 ? `, ${quarantined} in ${errorIndex(spec.destination.index)}` : '';
}
