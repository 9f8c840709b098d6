import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { timeOf } from '../../runtime/time.ts';
import type { Schedule } from './observed.ts';
import { repositoryFault } from './perform-faults.ts';

/** Less than a pass may take, so that it is judged by the clock also when reading does not come to an end. */
const LONGEST_READ_MS = 45_000;
const AGAIN_MS = 10_000;
const SELDOM_AGAIN_MS = 300_000;

/**
 * Reads, and turns whatever keeps it from reading into what a schedule waits for: what is known of backups grows old all
 * the same, and that must be told.
 * @throws WaitingError; anything else only when the pass was aborted, or for a fault that is not Elasticsearch's.
 */
export async function readOrWait<T>(
  resource: Schedule,
  pass: Pass,
  read: (limited: Pass) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LONGEST_READ_MS);
  try {
    return await read({ ...pass, signal: AbortSignal.any([pass.signal, limit.signal]) });
  } catch (error) {
    if (pass.signal.aborted) throw error;
    if (error instanceof WaitingError) throw error;
    const fault =
      repositoryFault(error, resource.spec.repository) ?? retrying(error, resource, pass, limit.signal);
    throw fault ?? error;
  } finally {
    clearTimeout(timer);
  }
}

function retrying(
  error: unknown,
  resource: Schedule,
  { now, log }: Pass,
  limit: AbortSignal,
): WaitingError | undefined {
  const isFault = isElasticsearchError(error);
  if (!isFault && !limit.aborted) return undefined;
  const { namespace, name } = resource.metadata;
  log.warn({ err: error, namespace, name }, 'the snapshots of a schedule could not be read');
  const why = isFault
    ? error.publicMessage
    : `repository ${resource.spec.repository} was not read within ${LONGEST_READ_MS / 1000} s.`;
  const afterMs = Math.max(againMs(resource, now), isFault ? (error.retryAfterMs ?? 0) : 0);
  const lasting = isFault ? error.lastingReason : undefined;
  return lasting === undefined
    ? new WaitingError('Retrying', `Retrying after a fault: ${why}`, afterMs, { cause: error })
    : new WaitingError(lasting, why, afterMs, { cause: error });
}

const OF_FAULTS: ReadonlySet<string> = new Set(['Retrying', 'MissingPrivileges']);

/** As long as it has lasted already: 10 s, 20 s, 40 s and so on. */
function againMs({ status }: Schedule, now: number): number {
  const since = status?.conditions?.find(
    ({ type, reason }) => type === 'Reconciling' && OF_FAULTS.has(reason),
  )?.lastTransitionTime;
  return Math.min(SELDOM_AGAIN_MS, Math.max(AGAIN_MS, now - (timeOf(since) ?? now)));
}
