import { CLEANUP_FINALIZER } from '../crds/shared.ts';
import type { RawObject } from './resource.ts';

/** So long a resource that is being deleted may wait for a cleanup that keeps failing. */
export const CLEANUP_PATIENCE_MS = 120_000;

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

/**
 * Milliseconds until a failing cleanup is given up; undefined when nothing waits for it.
 * @param now by the clock of the API server, as the time of the deletion is.
 */
export function cleanupTimeLeft(raw: RawObject, now: number): number | undefined {
  const { deletionTimestamp } = raw.metadata;
  if (deletionTimestamp === undefined || !holdsFinalizer(raw)) return undefined;
  return Math.max(0, Date.parse(deletionTimestamp) + CLEANUP_PATIENCE_MS - now);
}
