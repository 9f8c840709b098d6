import { type Condition, findCondition } from '../crds/shared.ts';

/** The status of what works on indexes, as far as that goes. */
type Work =
  | { readonly conditions?: readonly Condition[] | undefined; readonly phase?: string | undefined }
  | undefined;

/**
 * What only a person can end; a request that has begun is never among these. It works on nothing: whoever has no grant
 * may not stop others by what it names.
 */
export function isRefused(status: Work): boolean {
  return isStopped(status, REFUSALS);
}

/**
 * Nothing but a person's grant or another object makes it go on, a policy as well as a request. A request that waits for
 * room, a privilege or a correction is to be copied still: what it names is kept for it.
 */
export function isLockedOut(status: Work): boolean {
  return isStopped(status, LOCKED_OUT);
}

/** Whatever it has begun, it works on nothing until its grant is back. */
export function hasNoGrant(status: Work): boolean {
  const ready = findCondition(status, 'Ready');
  return ready?.status === 'False' && ready.reason === 'NotGranted';
}

function isStopped(status: Work, reasons: ReadonlySet<string>): boolean {
  const ready = findCondition(status, 'Ready');
  const begun = status?.phase !== undefined && status.phase !== 'Pending' && status.phase !== 'Validating';
  return !begun && ready?.status === 'False' && reasons.has(ready.reason);
}

const LOCKED_OUT: ReadonlySet<string> = new Set(['NotGranted', 'ConnectionNotFound', 'InvalidSpec']);

const REFUSALS: ReadonlySet<string> = new Set([...LOCKED_OUT, 'PreflightFailed', 'DiskFull']);
