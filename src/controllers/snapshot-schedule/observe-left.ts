import { milliseconds } from '../../crds/duration.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { timeOf } from '../../runtime/time.ts';
import { readRestoring } from './observe-restore.ts';
import type { Observed, RestoreFacts, Schedule, Unavailable } from './observed.ts';
import { STOPPED } from './restore-result.ts';
import { useOf } from './use.ts';

/**
 * What a schedule has to let go of that is being deleted, or may not go on.
 * @throws what keeps it from looking, so that a deletion is given up in time: a cluster that is gone must not hold the
 * namespace.
 */
export async function readLeft(
  resource: Schedule,
  { signal }: Pass,
  connections: Connections,
): Promise<RestoreFacts | undefined> {
  const restoring = resource.status?.restoring;
  if (restoring === undefined) return undefined;
  const { es } = await connections.use({ ...useOf(resource, 'Snapshot'), undo: true }, signal);
  return readRestoring(resource, { ...restoring, result: STOPPED }, es, signal);
}

/**
 * A restore check does not wait, its indexes in the cluster, until a person has put right what stops its schedule; what may
 * pass by itself is waited for, for as long as a check may take.
 */
export async function withLeft(
  observed: Observed,
  resource: Schedule,
  pass: Pass,
  connections: Connections,
): Promise<Observed> {
  if (observed.type !== 'unavailable') return observed;
  if (!isLasting(observed) && !isOverdue(resource, pass)) return observed;
  try {
    return { ...observed, restore: await readLeft(resource, pass, connections) };
  } catch (error) {
    if (error instanceof WaitingError || isElasticsearchError(error)) return observed;
    throw error;
  }
}

/** Not RepositoryUnreadable: one listing that is answered with a fault says it already. */
const LASTING: ReadonlySet<string> = new Set([
  'NotGranted',
  'RepositoryMissing',
  'RepositoryReadOnly',
  'RepositoryShared',
]);

const isLasting = ({ reason }: Unavailable): boolean => LASTING.has(reason);

function isOverdue({ spec, status }: Schedule, { now }: Pass): boolean {
  const since = timeOf(status?.restoring?.startTime) ?? now;
  return now - since > milliseconds(spec.deadline);
}
