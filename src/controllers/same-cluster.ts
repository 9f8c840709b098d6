/** The uuid of the cluster behind a connection, namespace/name; undefined while it is not known. */
export type ClusterUuidOf = (connection: string) => string | undefined;

/** Whether two connections lead to one cluster. What is not known of one of them says nothing. */
export const isSameCluster =
  (clusterUuidOf: ClusterUuidOf) =>
  (one: string, other: string): boolean =>
    one === other || (clusterUuidOf(one) !== undefined && clusterUuidOf(one) === clusterUuidOf(other));
