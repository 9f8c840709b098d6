import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import { type Connected, connectionOf } from '../crds/shared.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { Connections } from '../elasticsearch/connections.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import type { ActionLike, Controller } from '../runtime/controller.ts';
import type { ObligationBook } from '../runtime/obligations.ts';
import type { Wish } from '../runtime/queue.ts';
import { keyText, type RawObject } from '../runtime/resource.ts';
import type { Change } from '../runtime/store.ts';
import { connectionNews } from './connection-news.ts';
import { elasticsearchConnectionController } from './elasticsearch-connection/controller.ts';
import { indexMaintenancePolicyController } from './index-maintenance-policy/controller.ts';
import { operationsOf } from './operations.ts';
import type { LockWatch } from './reindex-request/lock-watch.ts';
import { reindexRequestController } from './reindex-request/controller.ts';
import { snapshotOwners } from './snapshot-owners.ts';
import { snapshotScheduleController } from './snapshot-schedule/controller.ts';
import { requireSynced, type Watched } from './synced.ts';

/** Gives a controller its view, queue and workers. @param onChange told of what its view sees, before a pass does. */
export type Wire<Runner> = <Spec, Status, Observed, Action extends ActionLike>(
  controller: Controller<Spec, Status, Observed, Action>,
  onChange?: (change: Change) => void,
) => Runner;

/** What kinds share. */
export interface SharedParts {
  readonly connections: Connections;
  readonly obligations: ObligationBook;
  readonly serverClock: ServerClock;
  readonly locks: LockWatch;
}

interface Woken {
  objects(): readonly RawObject[];
  enqueue(key: string, wish?: Wish): void;
}

/** Every kind that this operator looks after, one line each. */
export function wireControllers<Runner extends Watched & Woken>(
  wire: Wire<Runner>,
  { connections, obligations, serverClock, locks }: SharedParts,
): readonly Runner[] {
  const apiServerSkewSeconds = () => serverClock.skewSeconds();
  // The API server has checked them by the schema of the kind.
  const requests = (): readonly ReindexRequest[] => reindexRequests.objects() as unknown as ReindexRequest[];
  const reindexRequests: Runner = wire(
    reindexRequestController({
      connections,
      requests,
      wake: (key) => reindexRequests.enqueue(key),
      requireSynced: () => requireSynced([reindexRequests]),
      obligations,
      locks,
      apiServerSkewSeconds,
    }),
  );
  const schedules = (): readonly SnapshotSchedule[] =>
    snapshotSchedules.objects() as unknown as SnapshotSchedule[];
  const snapshotSchedules: Runner = wire(
    snapshotScheduleController({
      connections,
      schedules,
      isSynced: () => snapshotSchedules.unlisted().length === 0,
      apiServerSkewSeconds,
    }),
  );
  const clusters: Runner = wire(
    elasticsearchConnectionController({
      connections,
      operationsOf: (key) =>
        operationsOf({ requests: requests(), schedules: schedules(), policies: policies() }, key),
    }),
    connectionNews((connection) => wakeUsers(connection, users())),
  );
  const uuidOf = (connection: string) => clusterUuidOf(clusters.objects(), connection);
  const policies = (): readonly IndexMaintenancePolicy[] =>
    maintenancePolicies.objects() as unknown as IndexMaintenancePolicy[];
  const maintenancePolicies: Runner = wire(
    indexMaintenancePolicyController({
      connections,
      policies,
      wake: (key) => maintenancePolicies.enqueue(key),
      requests,
      clusterUuidOf: uuidOf,
      requireSynced: () => requireSynced([clusters, reindexRequests, snapshotSchedules, maintenancePolicies]),
      snapshotOwners: snapshotOwners(schedules, uuidOf),
      schedules,
      apiServerSkewSeconds,
    }),
  );
  const users = () => [reindexRequests, snapshotSchedules, maintenancePolicies];
  return [clusters, ...users()];
}

/** With no haste: there may be thousands, and what people change meanwhile goes first. */
function wakeUsers(connection: string, users: readonly Woken[]): void {
  for (const kind of users)
    for (const object of kind.objects())
      if (clusterOf(object) === connection) kind.enqueue(keyText(object.metadata), { urgency: 'background' });
}

/** Two connections may lead to one cluster. @param connection namespace/name */
function clusterUuidOf(connections: readonly RawObject[], connection: string): string | undefined {
  const found = connections.find(({ metadata }) => keyText(metadata) === connection);
  return (found as unknown as ElasticsearchConnection | undefined)?.status?.clusterUUID;
}

/** Resources that share a cluster share its fate: one that is down may not hold all workers. */
export function clusterOf({ spec, metadata }: RawObject): string | undefined {
  const { connectionRef } = (spec ?? {}) as Partial<Connected['spec']>;
  return connectionRef && connectionOf({ metadata, spec: { connectionRef } });
}
