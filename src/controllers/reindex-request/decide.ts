import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { nextPartition } from './between-partitions.ts';
import { currentCopy } from './copy-request.ts';
import { hasSettings, tunedSettings } from './destination-settings.ts';
import type { Observed } from './observed.ts';
import { packed } from './packed-journal.ts';
import { type Copy, isRoundComplete } from './rounds.ts';
import {
  isApproved,
  isBlockFirst,
  isOvertaken,
  keepsWork,
  type Prepared,
  type Situation,
  situationOf,
} from './situation.ts';
import { isFenced, ownsBlock, whyToLift } from './write-block.ts';
import { withLocks } from './locking.ts';
import { withinSeries } from './within-series.ts';
import { awaitApproval } from './stages/awaiting-approval.ts';
import { catchUp, hasOutlivedView } from './stages/catching-up.ts';
import { cleanUp } from './stages/cleaning-up.ts';
import { compare, needsComparison } from './stages/comparing.ts';
import { copy } from './stages/copying.ts';
import { cutOver } from './stages/cutting-over.ts';
import { fence } from './stages/fencing.ts';
import { stageAfterMove, type StageAfterMove } from './moved.ts';
import { harden } from './stages/hardening.ts';
import { judgeFailures } from './stages/judging-failures.ts';
import { lift } from './stages/lifting.ts';
import { over } from './stages/over.ts';
import { holdWindow } from './stages/overdue-window.ts';
import { overtaken } from './stages/overtaken.ts';
import { takeTurn } from './stages/pending.ts';
import { prepare } from './stages/preparing.ts';
import { release } from './stages/releasing.ts';
import { rest } from './stages/suspended.ts';
import { takeOver } from './stages/taking-over.ts';
import { rollBack } from './stages/rolling-back.ts';
import { undo } from './stages/undoing.ts';
import { validate } from './stages/validating.ts';
import { verify } from './stages/verifying.ts';
import type { Step } from './step.ts';

/** Where a request is, judged from what is there; the phase in status is what people read. */
export type Stage =
  | 'Over'
  | 'Undoing'
  | 'Overtaken'
  | 'Pending'
  | 'Validating'
  | 'Preparing'
  | 'TakingOver'
  | 'Copying'
  | 'JudgingFailures'
  | 'CatchingUp'
  | 'AwaitingApproval'
  | 'Hardening'
  | 'Comparing'
  | 'Fencing'
  | 'Lifting'
  | 'Suspended'
  | 'Verifying'
  | 'Releasing'
  | 'CuttingOver'
  | StageAfterMove;

/** `stageOf` has seen that it is; the stages from there on need not ask again. */
const whenPrepared = (stage: (prepared: Prepared) => Step) => (situation: Situation) =>
  isPrepared(situation) ? stage(situation) : prepare(situation);

const stages: Readonly<Record<Stage, (situation: Situation) => Step>> = {
  Over: over,
  Undoing: undo,
  Overtaken: overtaken,
  Pending: takeTurn,
  Validating: validate,
  Preparing: prepare,
  TakingOver: takeOver,
  Copying: whenPrepared(copy),
  JudgingFailures: judgeFailures,
  CatchingUp: whenPrepared(catchUp),
  AwaitingApproval: whenPrepared(awaitApproval),
  Hardening: whenPrepared(harden),
  Comparing: whenPrepared(compare),
  Fencing: whenPrepared(fence),
  Lifting: lift,
  Suspended: rest,
  Verifying: whenPrepared(verify),
  Releasing: whenPrepared(release),
  CuttingOver: whenPrepared(cutOver),
  RollbackWindow: holdWindow,
  RollingBack: rollBack,
  CleaningUp: cleanUp,
};

export function decide(resource: ReindexRequest, observed: Observed, now: number): Step {
  const copying = currentCopy(resource);
  if (!copying) return nextPartition(resource, observed, now);
  const situation = situationOf(copying, observed, now);
  const step = withLocks(situation, stages[stageOf(situation)](situation));
  const decision = { ...step, status: packed(step.status) };
  return resource.spec.source.series === undefined ? decision : withinSeries(resource, decision, now);
}

/** The first thing that is not done yet. */
export function stageOf(situation: Situation): Stage {
  const { status, spec, resource, swapped } = situation;
  if (isOver(status.phase)) return 'Over';
  if (swapped) return stageAfterMove(situation);
  // An undo that has begun goes on to its end, whatever is asked for meanwhile: half undone is nothing to go on from.
  if (status.intent?.type === 'Undo') return 'Undoing';
  if (resource.metadata.deletionTimestamp || spec.cancel || status.failure) return 'Undoing';
  if (isOvertaken(situation)) return 'Overtaken';
  if (whyToLift(situation)) return 'Lifting';
  if (spec.suspend) return keepsWork(situation) ? 'Suspended' : 'Undoing';
  // Before any queue: writers do not wait for a turn.
  if (hasForgottenBlock(situation)) return 'Lifting';
  if (!status.plan) return status.phase === 'Validating' ? 'Validating' : 'Pending';
  if (status.phase === 'Validating') return 'Validating';
  if (isBetweenEpochs(situation)) return 'TakingOver';
  if (!isPrepared(situation)) return 'Preparing';
  return copyStage(situation);
}

/** The copy proper: rounds until little is left, and the last one, the proof and the move while writers wait. */
function copyStage(situation: Situation): Stage {
  const { copy, fence } = situation.status;
  if (fence ? !isFenced(situation) : isBlockFirst(situation)) return 'Fencing';
  if (!copy) return 'Copying';
  if (!isRoundComplete(copy)) return 'Copying';
  if (copy.bad && situation.spec.onDocumentFailure.policy === 'Fail') return 'JudgingFailures';
  if (fence) return copy.fenced ? provingStage(situation, copy) : 'Copying';
  if (situation.spec.writeMode === 'CopyOnly') return copy.hardened ? 'Releasing' : 'Hardening';
  if (!copy.caughtUp || hasOutlivedView(situation)) return 'CatchingUp';
  if (!isApproved(situation)) return 'AwaitingApproval';
  if (!copy.hardened) return 'Hardening';
  return needsComparison(situation) ? 'Comparing' : 'Fencing';
}

/** Everything is copied and nobody writes. */
function provingStage(situation: Situation, copy: Copy): Stage {
  if (!copy.hardened) return 'Hardening';
  if (needsComparison(situation)) return 'Comparing';
  if (!situation.status.verification?.verdict) return 'Verifying';
  return isApproved(situation) ? 'CuttingOver' : 'AwaitingApproval';
}

/**
 * Our alias is on the source under another epoch than status has written down: an earlier one is to be moved on, and the
 * next one was made by a release of the writers that came after the block was known to be lifted. A status that is further
 * behind is one of old, and what was copied since it was written is not known.
 */
function isBetweenEpochs({ status, source, epochs, epoch }: Situation): boolean {
  const isOther = (held: number) => held < epoch || held === epoch + 1;
  return status.copy !== undefined && source !== undefined && epochs.some(isOther);
}

/** A status that was lost has taken the reason for the block with it: writers must not wait for the whole copy. */
function hasForgottenBlock(situation: Situation): boolean {
  const { status } = situation;
  // A retry forgets as well, but what it finds was let go before, and is not ours.
  const isLost = status.plan !== undefined || status.attempt === undefined;
  return isLost && !status.fence && !isBlockFirst(situation) && ownsBlock(situation);
}

/** Tuning counts until the copy has begun; Hardening takes it back. */
function isPrepared(situation: Situation): situation is Prepared {
  const { status, spec, source, destination, mark, attempt, epoch, epochs } = situation;
  if (!source || !destination || !mark?.restore) return false;
  if (mark.attempt !== attempt || !epochs.includes(epoch)) return false;
  if (status.copy) return status.destination?.uuid === destination.uuid;
  return (
    status.destination?.uuid !== undefined &&
    hasSettings(destination.settings, tunedSettings(spec.destination, destination.settings))
  );
}
