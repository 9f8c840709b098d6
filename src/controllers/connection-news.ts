import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { findCondition } from '../crds/shared.ts';
import type { Change } from '../runtime/store.ts';

/**
 * Tells of each connection, as namespace/name, once it may be used, or may not be used any more, or leads elsewhere. What
 * works through it looks by itself only when it next needs the cluster, which may be tomorrow.
 */
export function connectionNews(tell: (connection: string) => void): (change: Change) => void {
  const told = new Map<string, string>();
  return (change) => {
    const use =
      change.type === 'removed' ? 'gone' : useOf(change.after as unknown as ElasticsearchConnection);
    if (use === undefined || told.get(change.key) === use) return;
    if (change.type === 'removed') told.delete(change.key);
    else told.set(change.key, use);
    tell(change.key);
  };
}

/** What its users would find; undefined while its spec has not been tried, which is over in a moment. */
function useOf({ metadata, spec, status }: ElasticsearchConnection): string | undefined {
  const { uid, generation } = metadata;
  if (spec.suspend) return `${uid} ${generation} suspended`;
  const ready = findCondition(status, 'Ready');
  if (ready?.observedGeneration !== generation) return undefined;
  const { clusterUUID, replacedClusterUUID } = status ?? {};
  return [uid, generation, ready.status, ready.reason, clusterUUID, replacedClusterUUID].join(' ');
}
