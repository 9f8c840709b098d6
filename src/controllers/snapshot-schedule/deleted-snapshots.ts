import type { ResourceEvent } from '../../runtime/controller.ts';
import { counted } from '../counted.ts';
import { fewNames } from '../few-names.ts';
import type { Seen, Status } from './observed.ts';

type Retention = NonNullable<Status['retention']>;
type Deletion = NonNullable<Retention['batch']>[number];

/** What is gone of the batch has been deleted. Of another repository nobody has looked. */
export function deletedOf(
  { batch = [], repository }: Retention,
  lookedAt: string,
  { snapshots = [], unreadable }: Pick<Seen, 'snapshots' | 'unreadable'>,
): readonly Deletion[] {
  if (repository !== lookedAt) return [];
  const there = new Set([...snapshots, ...unreadable].map(({ uuid }) => uuid));
  return batch.filter(({ uuid }) => !there.has(uuid));
}

/** So many names of 255 characters fit into an Event. */
const NAMED = 3;

export function deletionEvents(deleted: readonly Deletion[]): readonly ResourceEvent[] {
  if (deleted.length === 0) return [];
  const are = deleted.length === 1 ? 'is' : 'are';
  const names = deleted.map(({ name }) => name);
  const note = `${counted(deleted.length, 'expired snapshot')} ${are} deleted: ${fewNames(names, NAMED)}`;
  return [{ type: 'Normal', reason: 'SnapshotsDeleted', action: 'Retain', note }];
}
