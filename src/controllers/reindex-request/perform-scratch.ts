import { randomUUID } from 'node:crypto';
import { incomplete, isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { indexNames } from '../../elasticsearch/index-names.ts';
import { deleteIndex, getIndex, type IndexInfo } from '../../elasticsearch/indices.ts';
import { cancelTask, listReindexTasks, untilTaskEnds } from '../../elasticsearch/tasks.ts';
import { FencedError } from '../../runtime/errors.ts';
import { markOf } from './destination-mark.ts';
import { scratchIndex, trialOpaqueId } from './names.ts';

/** Processes that die in their trials again and again must not fill the cluster with what they leave. */
const MOST_LEFT = 3;

/**
 * Runs a trial in an index of its own: a second process that tries the same request at the same time neither sees nor
 * deletes it. What other trials of this request have left goes with it once there is a result.
 * @throws FencedError when somebody has deleted the index meanwhile: another process has its result.
 */
export async function inScratch<T>(
  es: Elasticsearch,
  uid: string,
  signal: AbortSignal,
  trial: (scratch: string) => Promise<T>,
): Promise<T> {
  const left = await ownScratches(es, uid, signal);
  if (left.length >= MOST_LEFT) await endTrials(es, uid, signal);
  const scratch = `${scratchIndex(uid)}-${randomUUID().slice(0, 8)}`;
  try {
    const result = await trial(scratch);
    await endTrials(es, uid, signal);
    return result;
  } catch (error) {
    await stopTrials(es, uid, scratch, signal);
    await dropScratch(es, scratch, uid, signal);
    throw isGone(error, scratch)
      ? new FencedError('another trial of this request has ended', { cause: error })
      : error;
  }
}

function isGone(error: unknown, scratch: string): boolean {
  return isElasticsearchError(error, 'indexNotFound') && error.detail?.includes(`[${scratch}]`) === true;
}

async function endTrials(es: Elasticsearch, uid: string, signal: AbortSignal): Promise<void> {
  await stopTrials(es, uid, scratchIndex(uid), signal);
  await dropScratches(es, uid, signal);
}

/**
 * One may go on because nobody waited for it any more. It would end with its next batch, as its index is deleted.
 * @param scratch the index of one trial, or what the names of all begin with.
 */
async function stopTrials(
  es: Elasticsearch,
  uid: string,
  scratch: string,
  signal: AbortSignal,
): Promise<void> {
  const { tasks, complete } = await listReindexTasks(es, signal);
  const left = tasks.filter(({ opaqueId }) => opaqueId?.startsWith(trialOpaqueId(uid, scratch)));
  for (const { id } of left) {
    await cancelTask(es, id, signal);
    await untilTaskEnds(es, id, signal);
  }
  if (!complete) throw incomplete('the tasks of the trial', 'a node does not report its own');
}

/** What trials of this request have left. */
export async function ownScratches(
  es: Elasticsearch,
  uid: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = await indexNames(es, `${scratchIndex(uid)}*`, signal);
  const found = await Promise.all(names.map((name) => getIndex(es, name, signal)));
  return found
    .flat()
    .filter((index) => isOwn(index, uid))
    .map(({ name }) => name);
}

function isOwn({ mappings }: IndexInfo, uid: string): boolean {
  return markOf(mappings)?.uid === uid;
}

export async function dropScratches(es: Elasticsearch, uid: string, signal: AbortSignal): Promise<void> {
  for (const name of await ownScratches(es, uid, signal)) await dropScratch(es, name, uid, signal);
}

/** Only what is our own; another process may have been faster. */
export async function dropScratch(
  es: Elasticsearch,
  scratch: string,
  uid: string,
  signal: AbortSignal,
): Promise<void> {
  const [found] = await getIndex(es, scratch, signal);
  if (found && isOwn(found, uid)) await undefinedWhen(['indexNotFound'], deleteIndex(es, scratch, signal));
}
