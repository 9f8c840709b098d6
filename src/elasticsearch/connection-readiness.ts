import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { findCondition } from '../crds/shared.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import { keyText } from '../runtime/resource.ts';
import { isElasticsearchError } from './errors.ts';

/** How soon a consumer looks again at what nobody tells it of. */
export const LOOK_AGAIN_MS = 10_000;
const NOT_PROBED_YET_MS = 2_000;
/** Whoever uses a connection is woken when its state changes: this is for the case that the news is late. */
const TOLD_OF_MS = 60_000;

/** Only what a probe has found good for the very spec of now may be used. */
export function requireReady(connection: ElasticsearchConnection): void {
  if (connection.spec.suspend) {
    const message = `${titleOf(connection)} is suspended; set its spec.suspend to false to go on.`;
    throw new WaitingError('ConnectionSuspended', message, TOLD_OF_MS);
  }
  const ready = findCondition(connection.status, 'Ready');
  const judged = ready?.observedGeneration ?? connection.status?.observedGeneration;
  if (ready === undefined || judged !== connection.metadata.generation)
    throw notReady(connection, 'NotProbedYet', 'its spec has not been tried yet', NOT_PROBED_YET_MS);
  if (ready.status !== 'True') throw notReady(connection, ready.reason, ready.message, TOLD_OF_MS);
}

export function pinnedUuid(connection: ElasticsearchConnection): string {
  const uuid = connection.status?.clusterUUID;
  if (uuid !== undefined) return uuid;
  throw notReady(connection, 'NotProbedYet', 'its cluster has not been seen yet', NOT_PROBED_YET_MS);
}

/** A consumer is told of a fault of its connection as just that, never as a fault of its own spec. */
export async function notReadyInstead<T>(
  connection: ElasticsearchConnection,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof WaitingError && error.reason === 'ConnectionNotReady') throw error;
    if (error instanceof WaitingError || error instanceof TerminalError)
      throw notReady(connection, error.reason, error.message, LOOK_AGAIN_MS, error);
    if (isElasticsearchError(error, 'unauthenticated', 'tls', 'unreachable', 'notElasticsearch'))
      throw notReady(connection, error.errorClass, error.publicMessage);
    throw error;
  }
}

export function notReady(
  connection: ElasticsearchConnection,
  reason: string,
  detail: string,
  afterMs = LOOK_AGAIN_MS,
  cause?: unknown,
) {
  const message = `${titleOf(connection)} is not ready (${reason}): ${detail}`;
  return new WaitingError('ConnectionNotReady', message, afterMs, { cause });
}

export function titleOf({ metadata }: ElasticsearchConnection): string {
  return `ElasticsearchConnection ${keyText(metadata)}`;
}
