import { milliseconds } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { Backups, ListedIndex, Snapshot, Taken } from './observed.ts';

export type Required = NonNullable<NonNullable<MaintenanceTarget['beforeDelete']>['requireSnapshot']>;

export interface ProofFacts {
  readonly backups: Backups;
  /** Uuids of indexes whose last commit is known to be the one that their snapshot holds; none when absent. */
  readonly sealed?: Pick<ReadonlySet<string>, 'has'> | undefined;
  readonly listedAt: number;
  readonly now: number;
}

/** Whether a snapshot holds all of the index: only then a target that wants one lets it go. */
export function isProven(index: ListedIndex, required: Required | undefined, facts: ProofFacts): boolean {
  if (required === undefined) return true;
  const taken = takenOf(index, required, facts);
  if (taken === undefined) return false;
  return isQuietSince(taken.start, index, facts) || (facts.sealed?.has(index.uuid) ?? false);
}

/**
 * A snapshot commits the index some moments after it began, which touches the file that tells of the last write. Not
 * later than this, or it was not the snapshot.
 */
const COMMIT_MS = 10_000;

/** The snapshot that may have made the last commit itself: its shards know when they began. Undefined where that is clear. */
export function unclearProof(
  index: ListedIndex,
  required: Required | undefined,
  facts: ProofFacts,
): Taken | undefined {
  const taken = required && takenOf(index, required, facts);
  if (taken === undefined || isQuietSince(taken.start, index, facts)) return undefined;
  return isQuietSince(taken.start + COMMIT_MS, index, facts) ? taken : undefined;
}

function isQuietSince(time: number, { figures }: ListedIndex, { listedAt }: ProofFacts): boolean {
  return figures?.quietMs !== undefined && listedAt - figures.quietMs <= time;
}

/** The newest snapshot of the index that the target accepts: if an older one would do, so does this. */
function takenOf(index: ListedIndex, required: Required, { backups, now }: ProofFacts): Taken | undefined {
  const maxAge = required.maxAge === undefined ? Number.POSITIVE_INFINITY : milliseconds(required.maxAge);
  const taken = backups.get(proofKey(required))?.get(index.name);
  const isAccepted = taken !== undefined && taken.start > index.created && now - taken.start <= maxAge;
  return isAccepted ? taken : undefined;
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
