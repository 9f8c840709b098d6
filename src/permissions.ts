import { elasticsearchConnectionPermissions } from './controllers/elasticsearch-connection/controller.ts';
import { connectionSourcePermissions } from './controllers/elasticsearch-connection/source.ts';
import { indexMaintenancePolicyPermissions } from './controllers/index-maintenance-policy/controller.ts';
import { reindexRequestPermissions } from './controllers/reindex-request/controller.ts';
import { snapshotSchedulePermissions } from './controllers/snapshot-schedule/controller.ts';
import { eventPermissions } from './runtime/event-body.ts';
import { killSwitchPermissions } from './runtime/kill-switch.ts';
import { leasePermissions } from './runtime/lease.ts';
import type { Permission } from './runtime/permissions.ts';

/** All that the operator asks of the API server; the chart grants exactly this. */
export const permissions: readonly Permission[] = [
  ...elasticsearchConnectionPermissions,
  ...reindexRequestPermissions,
  ...snapshotSchedulePermissions,
  ...indexMaintenancePolicyPermissions,
  ...connectionSourcePermissions,
  ...eventPermissions,
  ...leasePermissions,
  ...killSwitchPermissions,
];
