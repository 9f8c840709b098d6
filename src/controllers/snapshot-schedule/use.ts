import type { Use } from '../../elasticsearch/connections.ts';
import type { Schedule } from './observed.ts';

/** @param repository that of a run where the spec has left it. */
export function useOf(
  { metadata, spec }: Schedule,
  operation: 'Snapshot' | 'Delete',
  repository = spec.repository,
): Use {
  return {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: [operation],
    indices: spec.indices,
    repositories: [repository],
    undo: metadata.deletionTimestamp !== undefined,
  };
}
