import type { KubernetesObject, ObjectRef } from '../kubernetes/api.ts';
import type { Permission } from './permissions.ts';

/** coordination.k8s.io/v1, as far as the election looks at it. */
export interface Lease extends KubernetesObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  /** Empty or absent: free. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** The name that --lease-name has by default. */
export const LEASE_NAME = 'es-steward';

const GROUP = 'coordination.k8s.io';

/** RBAC cannot bind `create` to a name. */
export const leasePermissions: readonly Permission[] = [
  {
    where: 'own',
    group: GROUP,
    resource: 'leases',
    verbs: ['get', 'update'],
    names: [LEASE_NAME],
    why: 'Leadership',
  },
  { where: 'own', group: GROUP, resource: 'leases', verbs: ['create'], why: 'Leadership, the first time' },
];

export const leaseRef = (namespace: string, name: string): ObjectRef => ({
  kind: { group: GROUP, version: 'v1', plural: 'leases' },
  namespace,
  name,
});

/** The API server takes no larger count. */
const INT32_MAX = 2 ** 31 - 1;

/** The spec after `identity` took or renewed the lease. `now` in milliseconds since the epoch. */
export function heldSpec(before: LeaseSpec, identity: string, durationMs: number, now: number): LeaseSpec {
  const isRenewal = before.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: (isRenewal && before.acquireTime) || microTime(now),
    renewTime: microTime(now),
    leaseTransitions: Math.min(INT32_MAX, (before.leaseTransitions ?? 0) + (isRenewal ? 0 : 1)),
  };
}

/** The spec that lets the next one in at once. The API server takes no duration of 0. */
export function releasedSpec(before: LeaseSpec, now: number): LeaseSpec {
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}

/** The API server refuses a MicroTime that has not exactly six digits; a Date has three. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
