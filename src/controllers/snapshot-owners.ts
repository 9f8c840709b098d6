import { connectionOf } from '../crds/shared.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { Snapshot } from '../elasticsearch/snapshots.ts';
import { type ClusterUuidOf, isSameCluster } from './same-cluster.ts';
import { namesOther } from './snapshot-schedule/other-cluster.ts';
import { owns, ownerOf } from './snapshot-schedule/owner.ts';

interface Asked {
  readonly namespace: string;
  /** Of the schedule. */
  readonly name: string;
  /** Whose cluster it must be about: namespace/name. */
  readonly connection: string;
}

/** Tells the snapshots of a schedule from all others; none are its own where there is no such schedule. */
export type SnapshotOwners = (schedule: Asked) => (snapshot: Snapshot) => boolean;

/**
 * By the uids of the schedules that live, and by what they have adopted. Names do not do: a schedule of another
 * Kubernetes or Elasticsearch cluster may write into the same repository, and have the same name; and the repository may
 * hold those of a cluster that was lost.
 */
export function snapshotOwners(
  schedules: () => readonly SnapshotSchedule[],
  clusterUuidOf: ClusterUuidOf,
): SnapshotOwners {
  const isShared = isSameCluster(clusterUuidOf);
  return ({ namespace, name, connection }) => {
    const living = schedules();
    const found = living.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (found === undefined || !isShared(connectionOf(found), connection)) return () => false;
    const owner = { ...ownerOf(found, living), cluster: clusterUuidOf(connection) };
    return (snapshot) => owns(owner, snapshot) && !namesOther(owner, snapshot);
  };
}
