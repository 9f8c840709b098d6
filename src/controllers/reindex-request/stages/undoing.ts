import type { Readiness } from '../../../runtime/controller.ts';
import { endInherited } from './holding.ts';
import {
  cancelStrays,
  closeEntrances,
  deletion,
  dropEpochs,
  markChange,
  moveEpochs,
  targetOf,
} from '../changes.ts';
import { wasNeverFilled } from '../destination-mark.ts';
import { viewsOf, withoutViews } from '../rounds.ts';
import { type Situation, throughEpoch } from '../situation.ts';
import { ownsBlock } from '../write-block.ts';
import { takesMark } from '../index-facts.ts';
import { time } from '../moments.ts';
import { SOON_MS, type Step, type StepOptions, step } from '../step.ts';

type Why = 'deleted' | 'cancelled' | 'failed' | 'suspended';

/**
 * Everything that is held is let go, in the one order that is safe: the epoch first, so that nothing that is still on
 * its way can act; then the write block, what tasks write through, the tasks, for a cancelled request the half copy, and last the epoch alias.
 */
export function undo(situation: Situation): Step {
  return (
    endInherited(situation) ??
    bumpEpoch(situation) ??
    liftBlock(situation) ??
    dropTemplateAliases(situation) ??
    unmark(situation) ??
    closeEntrance(situation) ??
    stopTasks(situation) ??
    closeViews(situation) ??
    deleteCopy(situation) ??
    dropScratches(situation) ??
    dropEpoch(situation) ??
    end(situation)
  );
}

function why({ resource, spec, status }: Situation): Why {
  if (resource.metadata.deletionTimestamp) return 'deleted';
  if (spec.cancel) return 'cancelled';
  return status.failure ? 'failed' : 'suspended';
}

function undoStep(
  situation: Situation,
  message: string,
  options: Pick<StepOptions, 'actions' | 'status' | 'next'>,
): Step {
  return step(situation, { phase: situation.status.phase ?? 'Pending', message, ...options });
}

function bumpEpoch(situation: Situation): Step | undefined {
  const { status, source, epochs, epoch, now } = situation;
  if (!source || epochs.length === 0) return undefined;
  const message = `letting go of ${source.name}`;
  if (status.intent?.type !== 'Undo') {
    const newest = Math.max(...epochs, epoch);
    const intent = { type: 'Undo', time: time(now) } as const;
    return undoStep(situation, message, { status: { ...status, epoch: newest + 1, intent }, next: 'now' });
  }
  const actions = moveEpochs(situation);
  return actions.length === 0 ? undefined : undoStep(situation, message, { actions });
}

function stopTasks(situation: Situation): Step | undefined {
  const actions = cancelStrays(situation);
  if (!actions || hasWaitedLong(situation)) return undefined;
  return undoStep(situation, 'stopping the tasks of the copy', { actions, next: SOON_MS / 2 });
}

/** A node that does not answer must not hold a namespace that is being deleted: the tasks have nothing to read from. */
function hasWaitedLong({ resource, now }: Situation): boolean {
  const { deletionTimestamp } = resource.metadata;
  return deletionTimestamp !== undefined && now - Date.parse(deletionTimestamp) > LONGEST_WAIT_MS;
}

const LONGEST_WAIT_MS = 120_000;

/** Never a block that was there before us. */
function liftBlock(situation: Situation): Step | undefined {
  const { source } = situation;
  if (!source || !ownsBlock(situation)) return undefined;
  return undoStep(situation, `lifting the write block on ${source.name}`, {
    actions: [{ type: 'LiftBlock', target: targetOf(source), through: throughEpoch(situation) }],
  });
}

/** What an index template gave it, before anything was copied: as long as they are there, users may be refused. */
function dropTemplateAliases(situation: Situation): Step | undefined {
  const { destination, mark } = situation;
  const aliases = Object.keys(destination?.aliases ?? {});
  if (!destination || aliases.length === 0 || !wasNeverFilled(mark)) return undefined;
  return undoStep(situation, `taking the aliases of a template from ${destination.name}`, {
    actions: [{ type: 'DropAliases', target: targetOf(destination), aliases }],
  });
}

/** The aliases have not moved (the epoch alias shows it), so the copy is not final after all; nor is any block ours now. */
function unmark(situation: Situation): Step | undefined {
  const { destination, mark, epochs } = situation;
  const isFinal = mark?.state === 'final' && epochs.length > 0;
  if (!destination || !mark || !(isFinal || (mark.blocks && takesMark(destination)))) return undefined;
  const state = isFinal ? 'copying' : mark.state;
  return undoStep(situation, `marking ${destination.name} as unfinished`, {
    actions: [markChange(destination, { ...mark, state, blocks: false })],
  });
}

/** A task that cannot be stopped now, or is not known, ends with its next batch. */
function closeEntrance(situation: Situation): Step | undefined {
  const { destination, mark, observed } = situation;
  if (!destination || !mark || !takesMark(destination) || observed.protects(destination.name))
    return undefined;
  const actions = closeEntrances(destination);
  if (actions.length === 0) return undefined;
  return undoStep(situation, `closing ${destination.name} to the tasks of the copy`, { actions });
}

/** While their ids are still known. */
function closeViews(situation: Situation): Step | undefined {
  const { copy } = situation.status;
  const pits = viewsOf(copy);
  if (!copy || pits.length === 0) return undefined;
  return undoStep(situation, 'closing the points in time of the copy', {
    status: { ...situation.status, copy: withoutViews(copy) },
    actions: [{ type: 'ClosePointsInTime', pits }],
  });
}

/** Only of a cancelled request, only what it made and never called final: nothing has moved then, and nothing will. */
function deleteCopy(situation: Situation): Step | undefined {
  const { destination, mark, source, uid, observed } = situation;
  if (why(situation) !== 'cancelled' || !source || !destination || mark?.state !== 'copying')
    return undefined;
  if (observed.protects(destination.name)) return undefined;
  if (source.uuid !== mark.sourceUuid) return undefined;
  if (Object.keys(destination.aliases).length > 0) return undefined;
  return undoStep(situation, `deleting the half copy ${destination.name}`, {
    actions: [deletion(situation, { source, destination, owner: uid })],
  });
}

function dropScratches(situation: Situation): Step | undefined {
  if (!situation.observed.scratches?.length) return undefined;
  return undoStep(situation, 'deleting the index of the trial run', { actions: [{ type: 'DropScratches' }] });
}

function dropEpoch(situation: Situation): Step | undefined {
  const { source, epochs } = situation;
  if (!source || epochs.length === 0) return undefined;
  return undoStep(situation, `letting go of ${source.name}`, { actions: [dropEpochs(situation, source)] });
}

function end(situation: Situation): Step {
  const { blockedSince: _since, fence: _fence, intent: _intent, ...rest } = situation.status;
  const released = { ...situation, status: rest };
  const reason = why(situation);
  if (reason === 'failed') return endFailed(released);
  if (reason === 'suspended') return endSuspended(released);
  const isDeleted = reason === 'deleted';
  const message = isDeleted ? deletedMessage(situation) : cancelMessage(situation);
  const ready: Readiness = isDeleted
    ? { type: 'reconciling', reason: 'Deleting', message }
    : { type: 'stalled', reason: 'Cancelled', message };
  return step(released, {
    phase: 'Cancelled',
    message,
    ready,
    status: { ...rest, completionTime: time(situation.now) },
    next: 'changed',
    holds: false,
  });
}

/** The last word of a request: nobody can ask it afterwards what it has left. */
function deletedMessage({ destination, mark }: Situation): string {
  const left =
    destination && mark?.state === 'copying' ? `; the unfinished ${destination.name} stays, hidden` : '';
  return `the request is deleted: its tasks and its write block are gone${left}`;
}

function cancelMessage({ destination, mark, spec, observed }: Situation): string {
  if (!destination || !mark)
    return 'cancelled: tasks, write block and destination are gone, the source is as it was';
  if (observed.protects(destination.name))
    return `cancelled; ${spec.destination.index} is kept because connection ${observed.connection} protects it by now: delete it if nobody needs it`;
  const aliases = Object.keys(destination.aliases);
  return aliases.length > 0
    ? `cancelled; ${spec.destination.index} is kept because somebody has given it the alias ${aliases.join(', ')}: delete it if nobody needs it`
    : `cancelled; ${spec.destination.index} is kept because the source it was copied from is gone`;
}

function endFailed(situation: Situation): Step {
  const { failure } = situation.status;
  const message = failure?.message ?? 'the request has failed';
  const ready: Readiness = { type: 'stalled', reason: failure?.reason ?? 'Failed', message };
  const status = { ...situation.status, completionTime: time(situation.now) };
  return step(situation, { phase: 'Failed', message, ready, status, next: 'changed', holds: false });
}

/** Without the block the source has moved on, so a resumed request copies anew into a fresh destination. */
function endSuspended(situation: Situation): Step {
  const { copy, plan, verification: _verification, ...rest } = situation.status;
  const begun = copy !== undefined || situation.mark !== undefined;
  const blocks = situation.spec.writeMode === 'CopyOnly' ? '' : ' and writes are free again';
  const message = begun
    ? `suspended by spec.suspend: tasks are stopped${blocks}; the copy starts again after resuming`
    : 'suspended by spec.suspend before anything was done';
  const status =
    plan && begun ? { ...rest, attempt: situation.attempt + 1, epoch: situation.epoch + 1 } : rest;
  return step(
    { ...situation, status },
    {
      phase: 'Pending',
      message,
      status,
      ready: { type: 'suspended', reason: 'Suspended', message },
      // The wish may have been withdrawn while it was fulfilled.
      next: situation.spec.suspend ? 'changed' : 'now',
      holds: false,
    },
  );
}
