import type { ReindexRequest } from '../crds/reindex-request.ts';

/**
 * What only a person can end; a request that has begun is never among these. It works on nothing: whoever has no grant
 * may not stop others by what it names.
 */
export function isRefused(status: ReindexRequest['status']): boolean {
  return isStopped(status, REFUSALS);
}

/**
 * Nothing but a person's grant or another object makes it go on. One that waits for room, a privilege or a correction is to
 * be copied still: what it names is kept for it.
 */
export function isLockedOut(status: ReindexRequest['status']): boolean {
  return isStopped(status, LOCKED_OUT);
}

function isStopped(status: ReindexRequest['status'], reasons: ReadonlySet<string>): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const begun = status?.phase !== undefined && status.phase !== 'Pending' && status.phase !== 'Validating';
  return !begun && ready?.status === 'False' && reasons.has(ready.reason);
}

const LOCKED_OUT: ReadonlySet<string> = new Set(['NotGranted', 'ConnectionNotFound', 'InvalidSpec']);

const REFUSALS: ReadonlySet<string> = new Set([...LOCKED_OUT, 'PreflightFailed', 'DiskFull']);
