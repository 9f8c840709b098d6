import { parseDuration } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { ListedIndex, Snapshot, SnapshotsOf } from './observed.ts';

type Required = NonNullable<NonNullable<MaintenanceTarget['beforeDelete']>['requireSnapshot']>;

export interface ProofFacts {
  /** Of the policy: schedules are those of the same one. */
  readonly namespace: string;
  readonly snapshots: SnapshotsOf;
  readonly listedAt: number;
  readonly now: number;
}

/**
 * A snapshot commits the index some moments after it began, which touches the file that tells of the last write. A
 * write within these moments that is committed once more before they are over cannot be told from that.
 */
const COMMIT_MS = 10_000;

/** Whether a snapshot holds all of the index: only then a target that wants one lets it go. */
export function isProven(
  index: ListedIndex,
  required: Required | undefined,
  { namespace, snapshots, listedAt, now }: ProofFacts,
): boolean {
  if (required === undefined) return true;
  const quietMs = index.figures?.quietMs;
  if (quietMs === undefined) return false;
  const lastWrite = listedAt - quietMs;
  const maxAge = required.maxAge === undefined ? Number.POSITIVE_INFINITY : parseDuration(required.maxAge);
  return (snapshots.get(required.repository) ?? []).some(
    (snapshot) =>
      snapshot.indices.includes(index.name) &&
      snapshot.startTime > index.created &&
      snapshot.startTime + COMMIT_MS >= lastWrite &&
      now - snapshot.startTime <= (maxAge ?? 0) &&
      isOfSchedule(snapshot, namespace, required.scheduleRef?.name),
  );
}

/** Every shard of it is there. */
export function isGood({ state, shards, failures }: Snapshot): boolean {
  return state === 'SUCCESS' && shards.total > 0 && shards.failed === 0 && failures.length === 0;
}

function isOfSchedule({ metadata }: Snapshot, namespace: string, name: string | undefined): boolean {
  if (name === undefined) return true;
  const mark = metadata['es-steward'];
  const isMarked = typeof mark === 'object' && mark !== null && 'schedule' in mark;
  return isMarked && mark.schedule === `${namespace}/${name}`;
}

/** The repositories that targets want to see. */
export function repositoriesOf(targets: readonly MaintenanceTarget[]): readonly string[] {
  const named = targets.flatMap(({ beforeDelete }) => beforeDelete?.requireSnapshot?.repository ?? []);
  return [...new Set(named)];
}
