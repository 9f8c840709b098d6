import type { Registry } from 'prom-client';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { elasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { indexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { kinds } from '../crds/kinds.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import { reindexRequest } from '../crds/reindex-request.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { snapshotSchedule } from '../crds/snapshot-schedule.ts';
import { conditionSeries } from './condition-metrics.ts';
import type { AnyResource } from './condition-metrics.ts';
import { connectionSeries } from './connection-metrics.ts';
import { maintenanceSeries } from './maintenance-metrics.ts';
import { reindexSeries } from './reindex-metrics.ts';
import { snapshotSeries } from './snapshot-metrics.ts';
import { registerSeries } from './status-series.ts';

/** The objects of a kind as last seen; the API server has checked them by the schema of the kind. */
export type ObjectsOf = (kind: { readonly singular: string }) => readonly object[];

export interface ResourceMetrics {
  /** Asked at each scrape, so that what is gone is not told of any more. */
  watchResources(objectsOf: ObjectsOf): void;
}

/** Everything comes from the resources, which outlive the process: a restart changes no figure. */
export function resourceMetrics(registers: Registry[]): ResourceMetrics {
  let objectsOf: ObjectsOf = () => [];
  const of = (kind: { readonly singular: string }) => objectsOf(kind);
  // The schema of each kind is what the API server has checked its objects by.
  registerSeries(
    registers,
    connectionSeries,
    () => of(elasticsearchConnection) as readonly ElasticsearchConnection[],
  );
  registerSeries(registers, reindexSeries, () => of(reindexRequest) as readonly ReindexRequest[]);
  registerSeries(registers, snapshotSeries, () => of(snapshotSchedule) as readonly SnapshotSchedule[]);
  registerSeries(
    registers,
    maintenanceSeries,
    () => of(indexMaintenancePolicy) as readonly IndexMaintenancePolicy[],
  );
  registerSeries(registers, conditionSeries, () =>
    // Items of a list do not carry their kind.
    kinds.flatMap((kind) => of(kind).map((object) => ({ ...(object as AnyResource), kind: kind.kind }))),
  );
  return { watchResources: (watched) => void (objectsOf = watched) };
}
