import { milliseconds } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { Backups, ListedIndex, Snapshot, Taken } from './observed.ts';

export type Required = NonNullable<NonNullable<MaintenanceTarget['beforeDelete']>['requireSnapshot']>;

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
/** What is read of the file is late by what the reading takes. */
const READ_MS = 1_000;

/** The latest moment at which the snapshot itself may have touched that file. */
const committedBy = ({ start, end }: Taken): number => Math.min(start + COMMIT_MS, end + READ_MS);

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
  const maxAge = required.maxAge === undefined ? Number.POSITIVE_INFINITY : milliseconds(required.maxAge);
  // If an older one would do, so does the newest.
  const taken = backups.get(proofKey(required))?.get(index.name);
  if (taken === undefined) return false;
  return taken.start > index.created && committedBy(taken) >= lastWrite && now - taken.start <= maxAge;
}

/** Every shard of it is there. */
export function isGood({ state, shards, failures }: Snapshot): boolean {
  return state === 'SUCCESS' && shards.total > 0 && shards.failed === 0 && failures.length === 0;
}

/** Stands for the repository and the schedule whose snapshots count. */
export const proofKey = ({ repository, scheduleRef }: Required): string =>
  JSON.stringify([repository, scheduleRef?.name]);

export function requirementsOf(targets: readonly MaintenanceTarget[]): readonly Required[] {
  return targets.flatMap(({ beforeDelete }) => beforeDelete?.requireSnapshot ?? []);
}

/** The repositories that targets want to see. */
export function repositoriesOf(targets: readonly MaintenanceTarget[]): readonly string[] {
  return [...new Set(requirementsOf(targets).map(({ repository }) => repository))];
}
