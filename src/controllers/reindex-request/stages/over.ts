import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { RETRY, tokenOf } from '../../../crds/shared.ts';
import type { Readiness } from '../../../runtime/controller.ts';
import { rollbackAsked } from '../moved.ts';
import { refusal } from '../moved-conditions.ts';
import { plannedMessage } from '../planned-message.ts';
import { retryIsAsked, type Situation } from '../situation.ts';
import { type Step, type StepOptions, step } from '../step.ts';

/** Nothing is done any more: the status says how it ended. A failed request may be told to try again. */
export function over(situation: Situation): Step {
  if (retryIsAsked(situation.resource)) return beginAgain(situation);
  if (rollbackAsked(situation) !== undefined) return refuseRollback(situation);
  return rest(situation);
}

function rest(situation: Situation, more: Partial<StepOptions> = {}): Step {
  const { status } = situation;
  const ready = readiness(situation);
  return step(situation, {
    phase: status.phase ?? 'Failed',
    message: ready.message,
    ready,
    next: 'changed',
    holds: false,
    ...kept(status),
    ...more,
  });
}

/** Whoever asks too late is told so. */
function refuseRollback(situation: Situation): Step {
  const why = situation.status.rollbackEnded ?? 'WindowClosed';
  const status: ReindexRequestStatus = {
    ...situation.status,
    lastHandledRollback: rollbackAsked(situation),
    ...(situation.status.phase === 'Completed' ? { rollbackRefused: why } : {}),
  };
  const note = refusal(situation, status, why);
  const event = { type: 'Warning', reason: 'RollbackRefused', action: 'Rollback', note } as const;
  return rest(situation, { status, events: status.rollbackRefused ? [event] : [] });
}

function readiness({ status, resource }: Situation): Readiness {
  const { phase, progress, failure } = status;
  if (phase === 'Completed')
    return { type: 'ready', reason: 'Completed', message: progress?.message ?? 'the copy is complete' };
  if (phase === 'Planned') return { type: 'ready', reason: 'Planned', message: plannedMessage(status) };
  if (phase === 'RolledBack')
    return {
      type: 'stalled',
      reason: 'RolledBack',
      message: progress?.message ?? 'the aliases were moved back',
    };
  if (phase === 'Cancelled') {
    const message = progress?.message ?? 'cancelled';
    return resource.metadata.deletionTimestamp
      ? { type: 'reconciling', reason: 'Deleting', message }
      : { type: 'stalled', reason: 'Cancelled', message };
  }
  return {
    type: 'stalled',
    reason: failure?.reason ?? 'Failed',
    message: failure?.message ?? 'the request has failed',
  };
}

function kept({ progress }: ReindexRequestStatus) {
  return progress ? { progress } : {};
}

/** What the last attempt learnt is forgotten; its destination, still marked as ours, is recreated by Preparing. */
function beginAgain(situation: Situation): Step {
  const { lastHandledRunNow, conditions, errorIndex } = situation.status;
  const lastHandledRollback = rollbackAsked(situation) ?? situation.status.lastHandledRollback;
  const status: ReindexRequestStatus = {
    ...(conditions ? { conditions } : {}),
    ...(errorIndex ? { errorIndex } : {}),
    ...(lastHandledRunNow === undefined ? {} : { lastHandledRunNow }),
    // Asked before the move that is to come, it must not move that back.
    ...(lastHandledRollback === undefined ? {} : { lastHandledRollback }),
    lastHandledRetry: tokenOf(situation.resource.metadata, RETRY),
    attempt: situation.attempt + 1,
    epoch: situation.epoch + 1,
  };
  const fresh = { ...situation, status };
  return step(fresh, {
    phase: 'Pending',
    message: `attempt ${situation.attempt + 1} begins`,
    next: 'now',
    holds: false,
  });
}
