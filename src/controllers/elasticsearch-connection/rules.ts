import type { ElasticsearchConnectionSpec } from '../../crds/elasticsearch-connection.ts';
import { ACCEPT_CLUSTER } from '../../crds/shared.ts';
import type { RequiredPrivileges } from '../../elasticsearch/privileges.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import { timeOf } from '../../runtime/time.ts';
import type { Connection, SeenRepository } from './observed.ts';

/** How old figures in status may get, and how often a repository is verified. */
export const FIGURES_EVERY_MS = 300_000;

/** 8.16 and later 8.x, and 9.x: what the tests run against lies at both ends of it. */
export const SUPPORTED_VERSIONS = '8.16 to 8.19 and 9.x';

export function versionIsSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major === 9 || (major === 8 && minor >= 16);
}

/** Another cluster than the pinned one counts only when a person has named exactly it. */
export function clusterIsAccepted({ metadata, status }: Connection, clusterUuid: string): boolean {
  const pinned = status?.clusterUUID;
  return (
    pinned === undefined || pinned === clusterUuid || metadata.annotations?.[ACCEPT_CLUSTER] === clusterUuid
  );
}

/** Whoever asks for a pass wants to see how things are now. */
export function figuresAreDue({ metadata, status }: Connection, now: number): boolean {
  return pendingRunNow({ metadata, status }, now) !== undefined || isDue(timeOf(status?.lastProbeTime), now);
}

/** A read-only repository cannot be verified: that is a trial write. */
export function verificationIsDue({ readOnly, verification }: SeenRepository, now: number): boolean {
  return !readOnly && isDue(verification?.at, now);
}

/** A time in the future is a clock that was set back: no reason to wait for it. */
function isDue(last: number | undefined, now: number): boolean {
  return last === undefined || now - last >= FIGURES_EVERY_MS || last > now;
}

const CLUSTER_PRIVILEGES = [
  'monitor',
  'create_snapshot',
  'cluster:admin/snapshot/delete',
  'cluster:admin/repository/verify',
  'cluster:admin/tasks/cancel',
  'cluster:admin/reindex/rethrottle',
];

type Operation = NonNullable<
  NonNullable<ElasticsearchConnectionSpec['grants']>[number]['operations']
>[number];

/** As actions where a named privilege would ask for more than is used. */
const INDEX_PRIVILEGES: Readonly<Record<Operation, readonly string[]>> = {
  Reindex: [
    'read',
    'index',
    'delete',
    'create_index',
    'view_index_metadata',
    'monitor',
    'maintenance',
    'indices:data/write/reindex',
    'indices:admin/aliases',
    'indices:admin/mapping/put',
    'indices:admin/block/add',
    'indices:admin/settings/update',
  ],
  Maintain: ['view_index_metadata', 'monitor', 'indices:admin/aliases'],
  Snapshot: [],
  Delete: ['delete_index'],
};

/**
 * What the login should be able to do: on the cluster everything the operator ever does; on indexes what the grants
 * promise to others. What the own namespace works on is known only to its resources, which check it themselves.
 */
export function privilegesToCheck({ grants = [] }: ElasticsearchConnectionSpec): RequiredPrivileges {
  const index = grants.flatMap(({ indices = [], operations = [] }) => {
    const privileges = [...new Set(operations.flatMap((operation) => INDEX_PRIVILEGES[operation]))];
    return indices.length === 0 || privileges.length === 0 ? [] : [{ names: indices, privileges }];
  });
  return { cluster: CLUSTER_PRIVILEGES, index };
}
