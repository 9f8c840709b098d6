import { PROGRAM } from '../script.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** A copy that another version of the operator has begun with a transform goes on only where both mean the same by it. */
export function refuseChangedProgram(situation: Situation): Step | undefined {
  const { program = PROGRAM } = situation.status.plan ?? {};
  if (program === PROGRAM) return undefined;
  return fail(
    situation,
    'PreflightFailed',
    'this version of the operator makes another program of spec.transform than the one that has begun the copy, and its documents would not be alike; no alias was moved: retry, which copies everything again',
  );
}
