import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { runReindex } from '../../elasticsearch/reindex.ts';
import type { ReindexFailure, ReindexResult } from '../../elasticsearch/reindex-result.ts';
import { someIds } from '../../elasticsearch/search.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { Body } from './actions.ts';
import { trialOpaqueId } from './names.ts';
import type { TaskOutcome } from './observed.ts';
import { isTooMuch, resultOf, unnamedRefusal } from './outcomes.ts';
import { SHARDS_AGAIN_MS } from './perform-create.ts';
import type { EffectContext } from './perform-effect.ts';
import { into, only, SAMPLE_DOCUMENTS, type SampleRequest } from './requests.ts';

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
 * Copies the first documents into an index of the trial, fewer at a time where Elasticsearch takes no more.
 * @throws WaitingError `PreflightFailed` for an end that passes, and says nothing of the documents.
 */
export async function copySample(
  scratch: string,
  reindex: SampleRequest,
  context: EffectContext,
): Promise<SampleOutcome> {
  const { index, query } = reindex.source;
  const ids = await someIds(context.es, index, query, SAMPLE_DOCUMENTS, context.pass.signal);
  return copyChosen(scratch, only(ids, reindex), context, reindex.source.size);
}

async function copyChosen(
  scratch: string,
  reindex: SampleRequest,
  context: EffectContext,
  size: number,
): Promise<SampleOutcome> {
  try {
    const result = await copyIn(scratch, into(scratch, reindex, size), context);
    if (size === 1 || !result.failures.some(isTooMuch)) return sampleOutcome(result);
  } catch (error) {
    if (size === 1 || !isTooMuchAtOnce(error)) throw error;
  }
  // A quarter, as with the parts of the copy: Elasticsearch itself has repeated the batch for a minute by now.
  return copyChosen(scratch, reindex, context, Math.max(1, Math.floor(size / 4)));
}

function copyIn(scratch: string, body: Body, { es, resource, pass }: EffectContext): Promise<ReindexResult> {
  const opaqueId = trialOpaqueId(resource.metadata.uid, scratch);
  return runReindex(withTimeout(es, LONGEST_MS), body, { opaqueId }, pass.signal);
}

/** Refused as a whole. A proxy may refuse what it has sent on all the same, unless it was too large. */
function isTooMuchAtOnce(error: unknown): boolean {
  if (!isElasticsearchError(error)) return false;
  return error.status === 413 || (error.errorClass === 'overloaded' && error.errorType !== undefined);
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
