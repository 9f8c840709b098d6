import { pageOf } from '../page.ts';
import type { Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step } from '../step.ts';

/** Counts are compared under the write block; ids and contents before it, since they take their time. */
export function needsComparison(situation: Situation): boolean {
  const { spec, status } = situation;
  if (spec.verification.level === 'Counts') return false;
  return status.verification?.compared !== true || differs(situation);
}

/** What the script has left out is missing for a reason. What could not be written was not compared. */
function differs({ status }: Situation): boolean {
  const { noops = 0, deleted = 0 } = status.copy?.sums ?? {};
  return (status.verification?.mismatched ?? 0) > noops + deleted;
}

/** What the last round has copied is compared with the point in time that it was copied by. */
export function compare(situation: Situation): Step {
  const { status, spec, source, destination } = situation;
  const { sampled = 0, mismatched = 0 } = status.verification ?? {};
  if (status.verification?.compared && differs(situation))
    return fail(
      situation,
      'VerificationFailed',
      `${mismatched} of ${sampled} documents differ between ${status.source?.index} and ${spec.destination.index}; no alias was moved: see status.verification; a retry copies everything again`,
    );
  const target = { index: destination?.name ?? '', uuid: destination?.uuid ?? '' };
  const what = spec.verification.level === 'Ids' ? 'ids' : 'contents';
  return step(situation, {
    phase: 'Verifying',
    message: `comparing ${what} of both indexes: ${sampled} documents`,
    percent: 96,
    actions: [{ type: 'Compare', target, page: pageOf(source?.settings) }],
    next: destination ? 'now' : SOON_MS,
  });
}
