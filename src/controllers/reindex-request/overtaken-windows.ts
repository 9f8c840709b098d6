import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { keyText } from '../../runtime/resource.ts';
import type { Situation } from './situation.ts';

/**
 * The requests, as namespace/name, whose rollback window this one has ended, because it has moved their aliases on. By
 * themselves they look seldom, and their old index would stay hidden and without writes until then.
 */
export function overtakenWindows(
  { swapped, source, status, uid }: Situation,
  requests: readonly ReindexRequest[],
): readonly string[] {
  const from = source?.uuid ?? status.source?.uuid;
  if (!swapped || from === undefined) return [];
  return requests
    .filter((other) => other.metadata.uid !== uid)
    .filter((other) => other.status?.phase === 'RollbackWindow' && other.status.destination?.uuid === from)
    .map(({ metadata }) => keyText(metadata));
}
