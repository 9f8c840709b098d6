import { type ElasticsearchError, isRefusal } from '../../elasticsearch/errors.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { CopyRequest } from './copy-request.ts';
import { listedFailures } from './failures.ts';
import type { DocumentFailure } from './observed.ts';
import { SHARDS_AGAIN_MS } from './perform-create.ts';
import { type Change, type EffectContext, failing } from './perform-effect.ts';
import { copySample, type SampleOutcome } from './perform-sample-copy.ts';
import type { SampleRequest } from './requests.ts';
import { scriptFailure } from './script-failure.ts';
import { shortened } from './step.ts';

/** Why a request fails by the copy of its first documents, or what is to be said of it when it goes on. */
interface Verdict {
  readonly refusal?: Change | undefined;
  readonly notes?: readonly string[];
}

export async function judgeSample(
  scratch: string,
  reindex: SampleRequest,
  context: EffectContext,
): Promise<Verdict> {
  const { resource, pass } = context;
  try {
    const outcome = await copySample(scratch, reindex, context);
    if (outcome.type === 'failed') pass.log.warn(outcome.said, 'the trial copy has failed');
    if (outcome.type === 'documentFailures')
      return verdictOn(ofDestination(outcome.failures, resource), resource);
    return { refusal: refusalOf(outcome, scratch) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    pass.log.warn({ errorType: error.errorType, detail: error.detail }, 'the trial copy was refused');
    return { refusal: refused(error) };
  }
}

type OtherOutcome = Exclude<SampleOutcome, { readonly type: 'documentFailures' }>;

function refusalOf(outcome: OtherOutcome, scratch: string): Change | undefined {
  if (outcome.type === 'copied') return undefined;
  if (outcome.type === 'failed') return failing(outcome.reason, outcome.message);
  if (outcome.type === 'forbidden') throw new WaitingError('MissingPrivileges', outcome.why, SHARDS_AGAIN_MS);
  // Also with a quarantine: it knows documents by their ids.
  return refusedUnnamed(outcome, scratch);
}

/** The index of the trial is gone by the time that somebody reads of it. */
function ofDestination(
  failures: readonly DocumentFailure[],
  { spec }: CopyRequest,
): readonly DocumentFailure[] {
  return failures.map((failure) => ({ ...failure, index: spec.destination.index }));
}

/** What a copy does with documents that fail, a dry run only tells. */
function verdictOn(failures: readonly DocumentFailure[], { spec, status }: CopyRequest): Verdict {
  const { policy, maxQuarantined } = spec.onDocumentFailure;
  if (policy === 'Fail') return { refusal: refusedDocuments(failures) };
  if (!spec.dryRun) return {};
  // Without sequence numbers no document can be left out.
  const most = status?.plan?.sequenceNumbers ? maxQuarantined : 0;
  const [first] = listedFailures(failures);
  const which = `${failures.length} of the first documents would be quarantined, the first is ${first?.id} (${first?.reason})`;
  if (failures.length <= most) return { notes: [shortened(which, MOST_CHARACTERS)] };
  const message = `${which}, where ${most} may be at most: correct the documents, then retry, or correct spec.destination or spec.transform in a new request; nothing was changed`;
  return { refusal: withListed('DocumentFailures', message, failures) };
}

/** Of a note. */
const MOST_CHARACTERS = 1_000;

function withListed(reason: string, message: string, failures: readonly DocumentFailure[]): Change {
  return (status) => ({ ...failing(reason, message)(status), failures: listedFailures(failures) });
}

function refusedDocuments(failures: readonly DocumentFailure[]): Change {
  const [first] = listedFailures(failures);
  // Scripts that run in a pipeline fail per document; the cause is the script all the same.
  if (failures.every(({ type }) => type === 'script_exception'))
    return failing(
      'ScriptFailed',
      `the pipeline fails on document ${first?.id}: correct the pipeline or the document, then retry, or correct spec.transform in a new request; nothing was changed`,
    );
  const message = misfit(`document ${first?.id}`, first?.type);
  return withListed('MappingConflict', message, failures);
}

/** Of what could not be written, or of what could not be read. */
function refusedUnnamed(
  { failure }: Extract<SampleOutcome, { readonly type: 'unnamed' }>,
  scratch: string,
): Change {
  return failure.index === scratch
    ? failing('MappingConflict', misfit('a document', failure.type))
    : refused({ errorType: failure.type, detail: failure.reason });
}

function misfit(document: string, errorType: string | undefined): string {
  return `${document} does not fit the destination (${errorType}): correct the document, then retry, or correct spec.destination or spec.transform in a new request; nothing was changed`;
}

function refused({ errorType, detail }: Pick<ElasticsearchError, 'errorType' | 'detail'>): Change {
  if (errorType === 'script_exception')
    return failing('ScriptFailed', `${scriptFailure(detail ?? '')}; nothing was changed`);
  return failing(
    'PreflightFailed',
    `Elasticsearch refuses the copy (${errorType}): correct spec.source.query or spec.transform in a new request; nothing was changed`,
  );
}
