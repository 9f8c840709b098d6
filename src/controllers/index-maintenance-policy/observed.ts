import type { IndexMaintenancePolicyStatus } from '../../crds/index-maintenance-policy.ts';
import type { AliasDefinition } from '../../elasticsearch/aliases.ts';
import type { ListedIndex } from '../../elasticsearch/index-listing.ts';
import type { HealthStatus } from '../../elasticsearch/health.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import type { CompiledTarget } from './targets.ts';

export type { AliasDefinition, ListedIndex, Snapshot };

export type Status = IndexMaintenancePolicyStatus;
export type StatusPlan = NonNullable<Status['plan']>;
export type Run = NonNullable<Status['run']>;
export type Archive = NonNullable<Status['archive']>;

/** What one pass has read. */
export type Observed =
  /** Nothing is due: nothing was asked. */
  | { readonly type: 'nothing' }
  /** A batch is to be deleted: its indexes are read right before that. */
  | { readonly type: 'batch'; readonly rivals: readonly Rival[] }
  /** Documents are on their way into an archive: they are read right before each step of theirs. */
  | { readonly type: 'archiveBatch'; readonly rivals: readonly Rival[] }
  | Seen;

export interface Seen {
  readonly type: 'seen';
  /** What the latest clock said once the indexes were listed, in milliseconds since the epoch. */
  readonly listedAt: number;
  readonly indices: readonly ListedIndex[];
  /** Names of indexes of which nothing else can be told: they stay as they are. */
  readonly unreadable: readonly string[];
  readonly around: Surroundings;
  readonly rivals: readonly Rival[];
  /** The newest value of the field that a target goes by, in milliseconds, by uuid; only for MaxTimestamp. */
  readonly newest: ReadonlyMap<string, number>;
  /** What targets that archive have to move, by their name. */
  readonly archive: ReadonlyMap<string, ArchiveFacts>;
  readonly backups: Backups;
  /** Uuids of indexes whose last commit is the snapshot's own, where that had to be looked up. */
  readonly sealed?: Pick<ReadonlySet<string>, 'has'>;
  /** What beforeDelete names and does not exist, each as a sentence for status. */
  readonly missing?: readonly string[];
}

export interface ArchiveFacts {
  /** How many documents are old enough, by the uuid of their index. */
  readonly documents: ReadonlyMap<string, number>;
  /** What the date field is, by the name of the index; absent where there is none. */
  readonly types: ReadonlyMap<string, string>;
  /** Why nobody can tell, by the name of the index: a shard of it does not answer, or the login may not read it. */
  readonly unread: ReadonlyMap<string, 'IndexUnhealthy' | 'ArchivalRefused'>;
}

/**
 * The newest good snapshot of each index, by the name of the index; for each `proofKey`, which stands for the snapshots that
 * a target accepts.
 */
export type Backups = ReadonlyMap<string, ReadonlyMap<string, Taken>>;

/** A snapshot, and when it began: milliseconds since the epoch by the clock of the master. */
export interface Taken {
  readonly repository: string;
  readonly snapshot: string;
  readonly start: number;
}

/** What forbids to touch an index, besides what the index itself says. */
export interface Surroundings {
  readonly health: HealthStatus;
  /** Is this index or alias one that nothing may touch? */
  readonly protects: (name: string) => boolean;
  /** Names of indexes in a snapshot that runs. */
  readonly snapshotted: ReadonlySet<string>;
  /** Those that are being restored from a snapshot. */
  readonly restoring: ReadonlySet<string>;
  /** Names of indexes and aliases that are copied, or are a copy that is not finished. */
  readonly reindexed: ReadonlySet<string>;
  /** The same without what no one copies but batches of the archival of this very policy. */
  readonly reindexedByOthers: ReadonlySet<string>;
  /** Whether this index belongs to a series that is being copied or is to be: it reserves all of them until it has ended. */
  readonly isOfSeries: (name: string) => boolean;
  /** Whether a copy that runs was asked for by a pattern that this index or alias matches, or nobody can tell. */
  readonly mayBeCopied: (name: string) => boolean;
  /** Uuids of indexes that were written to a short while ago. */
  readonly written: ReadonlySet<string>;
  /** Seconds by which the clocks of others differ from ours; the greatest of them. */
  readonly skewSeconds: number;
}

/** Another policy that acts on the same cluster. */
export interface Rival {
  readonly namespace: string;
  readonly name: string;
  readonly targets: readonly CompiledTarget[];
}
