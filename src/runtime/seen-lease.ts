import type { Lease } from './lease.ts';

/** The record as last seen, and when it was first seen like this, by the monotonic clock. */
export interface SeenLease {
  readonly lease: Lease;
  readonly since: number;
}

/** As before when the record has not changed since. */
export function seenAgain(before: SeenLease | undefined, lease: Lease, now: number): SeenLease {
  const isSame = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
  return before !== undefined && isSame ? before : { lease, since: now };
}

export function isFreeFor(identity: string, seen: SeenLease, leaseMs: number, now: number): boolean {
  const holder = seen.lease.spec?.holderIdentity;
  return !holder || holder === identity || heldForMs(seen, leaseMs, now) < 0;
}

/** Milliseconds until another's lease is free, if it does not change. @param leaseMs where it does not say itself. */
export function heldForMs({ lease, since }: SeenLease, leaseMs: number, now: number): number {
  const { leaseDurationSeconds } = lease.spec ?? {};
  const durationMs = leaseDurationSeconds === undefined ? leaseMs : leaseDurationSeconds * 1000;
  return since + durationMs - now;
}

export function isHeldByAnother(identity: string, seen: SeenLease | undefined): boolean {
  const holder = seen?.lease.spec?.holderIdentity;
  return holder !== undefined && holder !== identity;
}
