import { errorIndex } from '../error-index.ts';
import { documentsText } from '../failures.ts';
import { withoutRound } from '../rounds.ts';
import type { Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step } from '../step.ts';

/** With the policy Fail: everything else is copied, and what could not be is there still, or was corrected meanwhile. */
export function judgeFailures(situation: Situation): Step {
  const { status, spec, observed } = situation;
  const { copy } = status;
  const options = {
    phase: status.phase ?? 'Copying',
    message: 'looking at documents that could not be written',
  };
  if (!copy || observed.bad === undefined) return step(situation, { ...options, next: SOON_MS });
  if (observed.bad === 'lost')
    return step(situation, { ...options, status: { ...status, copy: withoutRound(copy) }, next: 'now' });
  if (observed.bad === 0) {
    const { failures: _corrected, ...rest } = status;
    return step(situation, { ...options, status: { ...rest, copy: { ...copy, bad: 0 } }, next: 'now' });
  }
  const [first] = status.failures ?? [];
  const { index } = spec.destination;
  return fail(
    situation,
    'DocumentFailures',
    `${documentsText(observed.bad)} could not be written to ${index}, the first is ${first?.id} (${first?.type}); everything else is copied and no alias was moved: status.failures lists ten at most, ${errorIndex(index)} has all with their causes; correct the documents, the mapping or the transform, then retry, or use onDocumentFailure.policy: Quarantine in a new request`,
  );
}
