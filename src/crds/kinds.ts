import { elasticsearchConnection } from './elasticsearch-connection.ts';
import { indexMaintenancePolicy } from './index-maintenance-policy.ts';
import { reindexRequest } from './reindex-request.ts';
import type { KindDefinition } from './shared.ts';
import { snapshotSchedule } from './snapshot-schedule.ts';

/** Every kind, in the order in which the documentation lists them. */
export const kinds: readonly KindDefinition<unknown, unknown>[] = [
  elasticsearchConnection,
  reindexRequest,
  snapshotSchedule,
  indexMaintenancePolicy,
];
