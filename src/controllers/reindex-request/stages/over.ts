import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { RETRY } from '../../../crds/shared.ts';
import type { Readiness } from '../../../runtime/controller.ts';
import { retryIsAsked, type Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/** Nothing is done any more: the status says how it ended. A failed request may be told to try again. */
export function over(situation: Situation): Step {
  if (retryIsAsked(situation.resource)) return beginAgain(situation);
  const { status } = situation;
  const ready = readiness(status);
  return step(situation, {
    phase: status.phase ?? 'Failed',
    message: ready.message,
    ready,
    next: 'changed',
    holds: false,
    ...kept(status),
  });
}

function readiness({ phase, progress, failure }: ReindexRequestStatus): Readiness {
  if (phase === 'Completed')
    return { type: 'ready', reason: 'Completed', message: progress?.message ?? 'the copy is complete' };
  if (phase === 'Planned')
    return {
      type: 'ready',
      reason: 'Planned',
      message: 'everything was checked and the plan is in status.plan; nothing was changed',
    };
  if (phase === 'Cancelled')
    return { type: 'stalled', reason: 'Cancelled', message: progress?.message ?? 'cancelled' };
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
  const { lastHandledRunNow, conditions } = situation.status;
  const status: ReindexRequestStatus = {
    ...(conditions ? { conditions } : {}),
    ...(lastHandledRunNow === undefined ? {} : { lastHandledRunNow }),
    lastHandledRetry: situation.resource.metadata.annotations?.[RETRY],
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
