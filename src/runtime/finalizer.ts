import { CLEANUP_FINALIZER } from '../crds/shared.ts';
import type { RawObject } from './resource.ts';

/** So long the cleanup of a resource that is being deleted may keep failing. */
const CLEANUP_PATIENCE_MS = 120_000;
/** So long after the wish to delete, less will do: a process that never lives for two minutes must come to an end too. */
const CLEANUP_IS_LATE_MS = 600_000;
const LATE_PATIENCE_MS = 30_000;

export const holdsFinalizer = ({
  metadata,
}: {
  readonly metadata: Pick<RawObject['metadata'], 'finalizers'>;
}): boolean => metadata.finalizers?.includes(CLEANUP_FINALIZER) === true;

/**
 * A merge patch replaces the whole list, so it carries the resourceVersion of the list that it was made from: a 409
 * instead of somebody else's finalizer lost. (A failed JSON-patch `test` would be an opaque 422.)
 */
export const addFinalizerPatch = ({ metadata }: RawObject): object => ({
  metadata: {
    resourceVersion: metadata.resourceVersion,
    finalizers: [...(metadata.finalizers ?? []), CLEANUP_FINALIZER],
  },
});

export const removeFinalizerPatch = ({ metadata }: RawObject): object => ({
  metadata: {
    resourceVersion: metadata.resourceVersion,
    finalizers: (metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER),
  },
});

/** Whether something may be waiting for the cleanup to end. */
export const awaitsCleanup = (raw: RawObject): boolean =>
  raw.metadata.deletionTimestamp !== undefined && holdsFinalizer(raw);

/**
 * Milliseconds until a cleanup that has been failing for so long is given up.
 * @param now by the clock of the API server, as the time of the deletion is.
 */
export function cleanupTimeLeft({ metadata }: RawObject, failingForMs: number, now: number): number {
  const deletedForMs = now - Date.parse(metadata.deletionTimestamp ?? '');
  const left = Math.min(CLEANUP_PATIENCE_MS - failingForMs, CLEANUP_IS_LATE_MS - deletedForMs);
  return Math.max(0, left, LATE_PATIENCE_MS - failingForMs);
}
