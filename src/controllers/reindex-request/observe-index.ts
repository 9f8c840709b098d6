import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { getIndex, type IndexInfo } from '../../elasticsearch/indices.ts';
import { WaitingError } from '../../runtime/errors.ts';

const AGAIN_MS = 10_000;

/**
 * As `getIndex`, for a request that has not begun: a block that hides even the settings is no fault that passes, so it is
 * named with its cure.
 * @throws WaitingError PreflightFailed.
 */
export async function getIndexBefore(
  es: Elasticsearch,
  name: string,
  signal: AbortSignal,
): Promise<readonly IndexInfo[]> {
  try {
    return await getIndex(es, name, signal);
  } catch (error) {
    if (!isElasticsearchError(error, 'blocked')) throw error;
    const message = `the settings of ${name} cannot be read, because of index.blocks.metadata: set it to null with PUT /${name}/_settings; the request then continues by itself`;
    throw new WaitingError('PreflightFailed', message, AGAIN_MS, { cause: error });
  }
}
