import { runReindex } from '../../elasticsearch/reindex.ts';
import type { ReindexFailure, ReindexResult } from '../../elasticsearch/reindex-result.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { trialOpaqueId } from './names.ts';
import type { TaskOutcome } from './observed.ts';
import { resultOf, unnamedRefusal } from './outcomes.ts';
import { SHARDS_AGAIN_MS } from './perform-create.ts';
import type { EffectContext } from './perform-effect.ts';
import { into, type SampleRequest } from './requests.ts';

/** What a trial says of the documents. */
export type SampleOutcome =
  | Exclude<TaskOutcome, { readonly type: 'running' | 'repeat' }>
  /** For good, but not which of them. */
  | { readonly type: 'unnamed'; readonly failure: ReindexFailure };

/**
 * As long as a connection may allow at most. Elasticsearch tries a batch that it is too busy for again for a minute before
 * it says so, and goes on when nobody waits for it any more.
 */
const LONGEST_MS = 300_000;

/**
 * Copies the first documents into an index of the trial.
 * @throws WaitingError `PreflightFailed` for an end that passes, and says nothing of the documents.
 */
export async function copySample(
  scratch: string,
  reindex: SampleRequest,
  { es, resource, pass }: EffectContext,
): Promise<SampleOutcome> {
  const opaqueId = trialOpaqueId(resource.metadata.uid, scratch);
  const patient = withTimeout(es, LONGEST_MS);
  return sampleOutcome(await runReindex(patient, into(scratch, reindex), { opaqueId }, pass.signal));
}

function sampleOutcome(result: ReindexResult): SampleOutcome {
  const outcome = resultOf(result);
  if (outcome.type !== 'repeat' && outcome.type !== 'running') return outcome;
  const failure = unnamedRefusal(result);
  if (failure) return { type: 'unnamed', failure };
  const why = outcome.type === 'repeat' ? outcome.why : 'the task runs';
  throw new WaitingError(
    'PreflightFailed',
    `the trial copy of the first documents did not come to its end, and is tried again: ${why}`,
    SHARDS_AGAIN_MS,
  );
}
