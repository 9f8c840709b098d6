import { parseDuration } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { Backups, ListedIndex, Snapshot } from './observed.ts';

type Required = NonNullable<NonNullable<MaintenanceTarget['beforeDelete']>['requireSnapshot']>;

export interface ProofFacts {
  readonly backups: Backups;
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
  { backups, listedAt, now }: ProofFacts,
): boolean {
  if (required === undefined) return true;
  const quietMs = index.figures?.quietMs;
  if (quietMs === undefined) return false;
  const lastWrite = listedAt - quietMs;
  const maxAge = required.maxAge === undefined ? Number.POSITIVE_INFINITY : parseDuration(required.maxAge);
  return (backups.snapshots.get(required.repository) ?? []).some(
    (snapshot) =>
      snapshot.indices.includes(index.name) &&
      snapshot.startTime > index.created &&
      snapshot.startTime + COMMIT_MS >= lastWrite &&
      now - snapshot.startTime <= (maxAge ?? 0) &&
      isOfCluster(snapshot, required, backups),
  );
}

/** Every shard of it is there. */
export function isGood({ state, shards, failures }: Snapshot): boolean {
  return state === 'SUCCESS' && shards.total > 0 && shards.failed === 0 && failures.length === 0;
}

/**
 * A repository may be shared, and names of indexes are the same in test and production. What the cluster cannot write to
 * holds snapshots of others; those of a schedule are known by its uid.
 */
function isOfCluster(
  { uuid }: Snapshot,
  { repository, scheduleRef }: Required,
  { made, readOnly }: Backups,
): boolean {
  return scheduleRef === undefined
    ? !readOnly.has(repository)
    : made.get(scheduleRef.name)?.has(uuid) === true;
}

export function requirementsOf(targets: readonly MaintenanceTarget[]): readonly Required[] {
  return targets.flatMap(({ beforeDelete }) => beforeDelete?.requireSnapshot ?? []);
}

/** The repositories that targets want to see. */
export function repositoriesOf(targets: readonly MaintenanceTarget[]): readonly string[] {
  return [...new Set(requirementsOf(targets).map(({ repository }) => repository))];
}
