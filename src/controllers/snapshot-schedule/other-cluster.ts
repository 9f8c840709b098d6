import type { Cluster } from '../../elasticsearch/connections.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { markOf } from './names.ts';
import { type Owner, owns } from './owner.ts';

/**
 * A cluster that was lost leaves its snapshots in the repository, and they may be all that is left of its data: the
 * cluster that has come in its place neither counts nor deletes them.
 */

type Identity = Pick<Cluster, 'clusterUuid' | 'replacedClusterUuid'>;

export function inCluster(owner: Owner, { clusterUuid, replacedClusterUuid }: Identity): Owner {
  return { ...owner, cluster: clusterUuid, replaced: replacedClusterUuid };
}

/** Whether the snapshot itself says that it is of another cluster. */
export const namesOther = (owner: Owner, { metadata }: ListedSnapshot): boolean =>
  isOther(owner, markOf(metadata)?.cluster);

const isOther = ({ cluster }: Owner, named: string | undefined): boolean =>
  named !== undefined && named !== cluster;

/**
 * The names of those of an owner that are of another cluster. One that names none was made by an earlier version: it is
 * of another where this cluster has replaced one since, or where it is older than one that names another.
 */
export function ofOtherClusters(owner: Owner, snapshots: readonly ListedSnapshot[]): ReadonlySet<string> {
  const own = snapshots
    .filter((snapshot) => owns(owner, snapshot))
    .map(({ name, startTime, metadata }) => ({ name, startTime, named: markOf(metadata)?.cluster }));
  const naming = own.filter(({ named }) => isOther(owner, named));
  const until =
    owner.replaced === undefined
      ? Math.max(...naming.map(({ startTime }) => startTime))
      : Number.POSITIVE_INFINITY;
  const silent = own.filter(({ named, startTime }) => named === undefined && startTime < until);
  return new Set([...naming, ...silent].map(({ name }) => name));
}
