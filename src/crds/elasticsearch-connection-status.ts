import { z } from 'zod';
import { list, object, text, time } from './fields.ts';
import { commonStatus } from './shared.ts';

const count = (description: string) => z.int().min(0).optional().describe(description);

/** Every member is optional: before the first look at a cluster nothing is known of it. */
export const elasticsearchConnectionStatus = object('What the last probe of the cluster found.', {
  ...commonStatus,
  clusterName: text(255).optional().describe('The name of the cluster.'),
  clusterUUID: text(64)
    .optional()
    .describe(
      'The uuid of the cluster, pinned by the first successful probe. If another cluster answers, everything stops until the annotation es-steward.dev/accept-cluster names its uuid.',
    ),
  replacedClusterUUID: text(64)
    .optional()
    .describe(
      'The uuid of the cluster that was pinned before es-steward.dev/accept-cluster had this one pinned. Schedules do not delete its snapshots.',
    ),
  version: text(64).optional().describe('The version of Elasticsearch.'),
  flavor: text(64).optional().describe('The build flavour, such as default.'),
  health: z.enum(['green', 'yellow', 'red']).optional().describe('The health of the cluster.'),
  nodes: count('Nodes in the cluster.'),
  dataNodes: count('Nodes that hold data.'),
  activeShards: count('Active shards.'),
  unassignedShards: count('Shards that are not assigned to a node.'),
  pendingTasks: count('Pending changes of the cluster state.'),
  statistics: object('Figures over all indexes.', {
    indices: count('Indexes.'),
    primaryDocuments: count('Documents in primary shards.'),
    primaryBytes: count('Bytes in primary shards.'),
    totalBytes: count('Bytes in all shards.'),
    diskUsedPercent: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('How much of the disks of all nodes together is used.'),
  }).optional(),
  largestIndices: list(
    object('A large index.', {
      name: text(255).describe('The name of the index.'),
      documents: z.int().min(0).describe('Documents in its primary shards.'),
      bytes: z.int().min(0).describe('Bytes in its primary shards.'),
    }),
    10,
  )
    .optional()
    .describe('The ten largest indexes.'),
  repositories: list(
    object('A snapshot repository.', {
      name: text(255).describe('The name of the repository.'),
      type: text(64).describe('Its type, such as fs or s3.'),
      readOnly: z.boolean().describe('Whether it is registered as read-only.'),
      verified: z.boolean().optional().describe('Whether all nodes could write to it in the last test.'),
    }),
    20,
  )
    .optional()
    .describe('The snapshot repositories, at most twenty.'),
  missingPrivileges: list(text(255).describe('A privilege.'))
    .optional()
    .describe('Privileges that the login lacks for what this operator does.'),
  activeOperations: list(
    object('An object that works on the cluster.', {
      kind: text(63).describe('Its kind.'),
      namespace: text(63).describe('Its namespace.'),
      name: text(253).describe('Its name.'),
    }),
  )
    .optional()
    .describe('Which objects work on the cluster, as of lastProbeTime.'),
  queued: count('How many objects wait for their turn, as of lastProbeTime.'),
  lastProbeTime: time(
    'When the cluster was last probed and all its figures were written: every five minutes, and when the annotation es-steward.dev/run-now asks for a probe. The figures of shards and pendingTasks may be newer.',
  ).optional(),
});
