import { randomUUID } from 'node:crypto';
import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { indexNames } from '../../elasticsearch/index-names.ts';
import { deleteIndex, getIndex } from '../../elasticsearch/indices.ts';
import { FencedError } from '../../runtime/errors.ts';
import { markOf } from './destination-mark.ts';
import { scratchIndex } from './names.ts';

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
  if (left.length >= MOST_LEFT) await dropScratches(es, uid, signal);
  const scratch = `${scratchIndex(uid)}-${randomUUID().slice(0, 8)}`;
  try {
    const result = await trial(scratch);
    await dropScratches(es, uid, signal);
    return result;
  } catch (error) {
    await dropScratch(es, scratch, uid, signal);
    throw isGone(error, scratch)
      ? new FencedError('another trial of this request has ended', { cause: error })
      : error;
  }
}

function isGone(error: unknown, scratch: string): boolean {
  return isElasticsearchError(error, 'indexNotFound') && error.detail?.includes(`[${scratch}]`) === true;
}

/** What trials of this request have left: an index without its mark is somebody else's. */
export async function ownScratches(
  es: Elasticsearch,
  uid: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = await indexNames(es, `${scratchIndex(uid)}*`, signal);
  const found = await Promise.all(names.map((name) => getIndex(es, name, signal)));
  return found.flat().flatMap(({ name, mappings }) => (markOf(mappings)?.uid === uid ? [name] : []));
}

export async function dropScratches(es: Elasticsearch, uid: string, signal: AbortSignal): Promise<void> {
  for (const name of await ownScratches(es, uid, signal)) await dropScratch(es, name, uid, signal);
}

/** Only what carries our own mark; another process may have been faster. */
export async function dropScratch(
  es: Elasticsearch,
  scratch: string,
  uid: string,
  signal: AbortSignal,
): Promise<void> {
  const [found] = await getIndex(es, scratch, signal);
  if (found && markOf(found.mappings)?.uid === uid)
    await undefinedWhen(['indexNotFound'], deleteIndex(es, scratch, signal));
}
