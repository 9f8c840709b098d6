import type { Use } from '../../elasticsearch/connection-use.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { Schedule } from './observed.ts';

const EVERYTHING = '*';

/** @param repository that of a run where the spec has left it. */
export function useOf(
  { metadata, spec }: Schedule,
  operation: 'Snapshot' | 'Delete',
  repository = spec.repository,
): Use {
  const takesAll = operation === 'Snapshot' && takesState(spec);
  return {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: [operation],
    indices: takesAll ? [...spec.indices, EVERYTHING] : spec.indices,
    repositories: [repository],
    undo: metadata.deletionTimestamp !== undefined,
  };
}

/** The state of the cluster and of features holds what belongs to everybody: no pattern of names limits it. */
function takesState({ includeGlobalState, featureStates }: Schedule['spec']): boolean {
  return includeGlobalState || featureStates.length > 0;
}

/** Says why more is asked for than the names in spec.indices. */
export function explained(error: WaitingError, { spec }: Schedule): WaitingError {
  const isForState =
    takesState(spec) && !spec.indices.includes(EVERYTHING) && error.message.includes(`"${EVERYTHING}"`);
  if (error.reason !== 'NotGranted' || !isForState) return error;
  const message = `${error.message} spec.includeGlobalState and spec.featureStates take what no pattern limits; without them the names in spec.indices are enough.`;
  return new WaitingError(error.reason, message, error.afterMs, { cause: error });
}
