import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import { contentHash } from '../../runtime/content-hash.ts';

/** Tells whether a snapshot was begun by the choice of now: by another one nobody can say what it should hold. */
export function choiceOf({ indices, exclude }: Pick<SnapshotScheduleSpec, 'indices' | 'exclude'>): string {
  return contentHash({ indices, exclude });
}
