import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { Snapshot } from '../elasticsearch/snapshots.ts';
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
 * Kubernetes or Elasticsearch cluster may write into the same repository, and have the same name.
 * @param clusterUuidOf of a connection, namespace/name; undefined while it is not known.
 */
export function snapshotOwners(
  schedules: () => readonly SnapshotSchedule[],
  clusterUuidOf: (connection: string) => string | undefined,
): SnapshotOwners {
  const isSameCluster = (one: string, other: string) =>
    one === other || (clusterUuidOf(one) !== undefined && clusterUuidOf(one) === clusterUuidOf(other));
  return ({ namespace, name, connection }) => {
    const living = schedules();
    const found = living.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (found === undefined || !isSameCluster(connectionOf(found), connection)) return () => false;
    const owner = ownerOf(found, living);
    return (snapshot) => owns(owner, snapshot);
  };
}

const connectionOf = ({ spec: { connectionRef }, metadata }: SnapshotSchedule): string =>
  `${connectionRef.namespace ?? metadata.namespace}/${connectionRef.name}`;
