import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { epochSeconds, single, state } from './status-series.ts';
import type { StatusSeries } from './status-series.ts';

type Series = StatusSeries<ElasticsearchConnection>;
type Status = NonNullable<ElasticsearchConnection['status']>;

const figure = (name: string, help: string, read: (status: Status) => number | undefined): Series =>
  single(`es_steward_connection_${name}`, help, ({ status = {} }) => read(status));

/** What an ElasticsearchConnection tells, as of its last look at the cluster. */
export const connectionSeries: readonly Series[] = [
  state(
    'es_steward_connection_health',
    'health',
    '1 for the health of the cluster: `green`, `yellow` or `red`.',
    ({ status }) => status?.health,
  ),
  state(
    'es_steward_connection_version',
    'version',
    '1 for the version of Elasticsearch.',
    ({ status }) => status?.version,
  ),
  figure('nodes', 'Nodes in the cluster.', ({ nodes }) => nodes),
  figure('data_nodes', 'Nodes that hold data.', ({ dataNodes }) => dataNodes),
  figure('active_shards', 'Shards that work.', ({ activeShards }) => activeShards),
  figure('unassigned_shards', 'Shards that have no node.', ({ unassignedShards }) => unassignedShards),
  figure('pending_tasks', 'Changes of the cluster state that wait.', ({ pendingTasks }) => pendingTasks),
  figure('indices', 'Indexes in the cluster.', ({ statistics }) => statistics?.indices),
  figure('documents', 'Documents in primary shards.', ({ statistics }) => statistics?.primaryDocuments),
  figure('primary_bytes', 'Bytes in primary shards.', ({ statistics }) => statistics?.primaryBytes),
  figure('total_bytes', 'Bytes in all shards.', ({ statistics }) => statistics?.totalBytes),
  figure('disk_used_ratio', 'The used part of the disks of all nodes together, from 0 to 1.', (status) => {
    const percent = status.statistics?.diskUsedPercent;
    return percent === undefined ? undefined : percent / 100;
  }),
  {
    name: 'es_steward_connection_repository_verified',
    help: '1 when all nodes could write to a snapshot repository as it was last tried, 0 when not.',
    labels: ['repository'],
    read: ({ status }) =>
      (status?.repositories ?? []).map(({ name, verified }) => [
        verified === undefined ? undefined : Number(verified),
        name,
      ]),
  },
  figure('missing_privileges', 'Privileges that the login lacks.', (status) =>
    status.missingPrivileges === undefined ? undefined : status.missingPrivileges.length,
  ),
  figure('active_operations', 'Operations that work through a connection.', (status) =>
    status.activeOperations === undefined ? undefined : status.activeOperations.length,
  ),
  figure('queued_operations', 'Operations that wait for a turn.', ({ queued }) => queued),
  figure('last_probe_timestamp_seconds', 'When the figures of the cluster were read.', ({ lastProbeTime }) =>
    epochSeconds(lastProbeTime),
  ),
  single('es_steward_connection_suspended', '1 while a connection is suspended, else 0.', ({ spec }) =>
    spec.suspend ? 1 : 0,
  ),
];
