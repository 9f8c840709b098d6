import { elasticsearchConnection } from '../../src/crds/elasticsearch-connection.ts';
import { indexMaintenancePolicy } from '../../src/crds/index-maintenance-policy.ts';
import { reindexRequest } from '../../src/crds/reindex-request.ts';
import type { Condition, KindDefinition, Resource } from '../../src/crds/shared.ts';
import { snapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import type { Ours } from '../../src/plugin/targets.ts';

/** Objects as the plugin reads them, for tests of what it shows. */

export const NOW = Date.parse('2026-11-25T12:00:00Z');

export const condition = (
  type: string,
  status: Condition['status'],
  reason: string,
  message = '',
): Condition => ({
  type,
  status,
  reason,
  message: message || `${reason} it is.`,
  lastTransitionTime: '2026-11-25T11:00:00Z',
});

function resource<Spec, Status>(
  definition: KindDefinition<Spec, Status>,
  name: string,
  spec: unknown,
  status: Status | undefined,
): Resource<Spec, Status> {
  return {
    apiVersion: `${definition.group}/${definition.version}`,
    kind: definition.kind,
    metadata: {
      name,
      namespace: 'shop',
      uid: 'uid-1',
      resourceVersion: '7',
      generation: 1,
      creationTimestamp: '2026-11-25T10:00:00Z',
    },
    spec: definition.spec.parse(spec),
    ...(status === undefined ? {} : { status }),
  };
}

const connectionRef = { name: 'main' };

export type StatusOf<Type extends Ours['type']> = NonNullable<
  Extract<Ours, { type: Type }>['resource']['status']
>;
type Made<Type extends Ours['type']> = Extract<Ours, { type: Type }>;

export const connection = (status?: StatusOf<'connection'>): Made<'connection'> => ({
  type: 'connection',
  resource: resource(elasticsearchConnection, 'main', { endpoints: ['https://es.example:9200'] }, status),
});

export const request = (status?: StatusOf<'reindex'>, spec: object = {}): Made<'reindex'> => ({
  type: 'reindex',
  resource: resource(
    reindexRequest,
    'orders-v2',
    { connectionRef, source: { index: 'orders-v1' }, destination: { index: 'orders-v2' }, ...spec },
    status,
  ),
});

export const schedule = (status?: StatusOf<'snapshots'>, spec: object = {}): Made<'snapshots'> => ({
  type: 'snapshots',
  resource: resource(
    snapshotSchedule,
    'nightly',
    { connectionRef, repository: 'backups', schedule: '@daily', ...spec },
    status,
  ),
});

export const policy = (status?: StatusOf<'maintenance'>, spec: object = {}): Made<'maintenance'> => ({
  type: 'maintenance',
  resource: resource(
    indexMaintenancePolicy,
    'logs',
    {
      connectionRef,
      mode: 'Enforce',
      targets: [{ name: 'logs', pattern: 'logs-*', retention: { maxAge: '90d' } }],
      ...spec,
    },
    status,
  ),
});

export const policyPlan: NonNullable<StatusOf<'maintenance'>['plan']> = {
  hash: '3f9a0c1d2e4b5a69',
  time: '2026-11-25T11:57:00Z',
  lookedAtTime: '2026-11-25T11:59:30Z',
  specHash: 'abc',
  generation: 1,
  deletes: { count: 3, bytes: 1_288_490_189, documents: 1_203_000, names: ['logs-1', 'logs-2'] },
  aliasChanges: { add: 2, remove: 1, names: ['logs', 'logs-today'] },
  kept: [
    { reason: 'Young', count: 116 },
    { reason: 'WriteIndex', count: 1 },
  ],
  held: [{ index: 'logs-0', reason: 'WriteIndex' }],
};
