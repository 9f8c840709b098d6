import { APPROVE, approvedOther } from '../../../crds/shared.ts';
import type { Prepared } from '../situation.ts';
import { type Step, step } from '../step.ts';
import { hasFallenBehind } from './catching-up.ts';
import { copy, renew } from './copying.ts';

const LOOK_AGAIN_MS = 10_000;

/** Caught up, and kept so, until a person says that the aliases may move. */
export function awaitApproval(situation: Prepared): Step {
  if (hasFallenBehind(situation)) return copy(situation);
  const { status, spec, resource } = situation;
  const hash = status.plan?.hash ?? '';
  const message = `everything is copied; to move the aliases to ${spec.destination.index} approve the plan: annotate ${APPROVE}=${hash}${approvedOther(resource.metadata, hash)}`;
  return step(situation, {
    phase: 'AwaitingApproval',
    message,
    percent: 96,
    // What has left until somebody approves is told by it, and writers do not wait for a look at every document.
    actions: status.copy ? renew(status.copy, situation) : [],
    next: LOOK_AGAIN_MS,
    ready: { type: 'reconciling', reason: 'WaitingForApproval', message },
  });
}
