import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { targetOf } from '../changes.ts';
import { documentsText } from '../failures.ts';
import { pageOf } from '../page.ts';
import type { Prepared, Situation } from '../situation.ts';
import { fail, type Step, step } from '../step.ts';

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

/** Two are enough to find out by hand what happened. */
function namedOf({ verification }: ReindexRequestStatus): string {
  const { examples = [] } = verification ?? {};
  return examples.length > 0 ? `, such as ${examples.slice(0, 2).join(' and ')}` : '';
}

/** What the last round has copied is compared with the point in time that it was copied by. */
export function compare(situation: Prepared): Step {
  const { status, spec, source, destination } = situation;
  const { sampled = 0, mismatched = 0 } = status.verification ?? {};
  if (status.verification?.compared && differs(situation))
    return fail(
      situation,
      'VerificationFailed',
      `${mismatched} of ${sampled} documents differ between ${status.source?.index} and ${spec.destination.index}${namedOf(status)}; no alias was moved: see status.verification; a retry copies everything again`,
    );
  const what = spec.verification.level === 'Ids' ? 'ids' : 'contents';
  return step(situation, {
    phase: 'Verifying',
    // An event tells of the first look, which has compared none.
    message: `comparing ${what} of both indexes${sampled === 0 ? '' : `: ${documentsText(sampled)}`}`,
    percent: 96,
    actions: [{ type: 'Compare', target: targetOf(destination), page: pageOf(source.settings) }],
  });
}
