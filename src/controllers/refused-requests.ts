import type { ReindexRequest } from '../crds/reindex-request.ts';

/**
 * What only a person can end; a request that has begun is never among these. It works on nothing: whoever has no grant
 * may not stop others by what it names.
 */
export function isRefused(status: ReindexRequest['status']): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const begun = status?.phase !== undefined && status.phase !== 'Pending' && status.phase !== 'Validating';
  return !begun && ready?.status === 'False' && REFUSALS.has(ready.reason);
}

const REFUSALS: ReadonlySet<string> = new Set([
  'NotGranted',
  'ConnectionNotFound',
  'PreflightFailed',
  'DiskFull',
  'InvalidSpec',
]);
