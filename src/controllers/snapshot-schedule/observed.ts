import type { SnapshotSchedule, SnapshotScheduleStatus } from '../../crds/snapshot-schedule.ts';
import type { RestoredIndex, SnapshotIndex } from '../../elasticsearch/restore.ts';
import type { IndexBirth } from '../../elasticsearch/snapshot-indices.ts';
import type { SnapshotProgress } from '../../elasticsearch/snapshot-progress.ts';
import type { ListedSnapshot, Snapshot, SnapshotId } from '../../elasticsearch/snapshots.ts';
import type { Place } from './at-work.ts';
import type { Owner } from './owner.ts';

export type Schedule = SnapshotSchedule;
export type Status = SnapshotScheduleStatus;
export type Run = NonNullable<Status['active']>;
export type State = NonNullable<Status['lastSnapshot']>['state'];
export type Restoring = NonNullable<Status['restoring']>;

/** What one pass has read. */
export type Observed = Unavailable | Seen;

/** What stands in the way, as `Ready` says it. */
export interface Fault {
  readonly reason: string;
  readonly message: string;
}

/** What costs no question, so that it is known whatever else is not. */
interface Heard {
  /** By how much the clock of the API server differs from ours. */
  readonly apiServerSkewSeconds?: number | undefined;
}

/** Nothing could be read; slots wait, and what is known grows old. */
export interface Unavailable extends Fault, Heard {
  readonly type: 'unavailable';
  readonly afterMs: number;
  /** What a restore check has left, where that is to be let go all the same. */
  readonly restore?: RestoreFacts | undefined;
}

export interface Seen extends Heard {
  readonly type: 'seen';
  /** Whose snapshots are looked after. */
  readonly owner: Owner;
  /** How many repositories may be written at the same time, and which others are, or are about to be. */
  readonly maxConcurrentOperations: number;
  readonly places: readonly Place[];
  /** By the name of the snapshot. */
  readonly runs: ReadonlyMap<string, RunFacts>;
  /** Everything in the repository that can be read; undefined while only runs are followed. */
  readonly snapshots: readonly ListedSnapshot[] | undefined;
  /** What is in the repository beside these: nothing is known of it, so that nothing may rest on it, nor be forgotten. */
  readonly unreadable: readonly SnapshotId[];
  /** Uuids of snapshots that back mounted indexes; undefined unless retention is due. */
  readonly mounted: ReadonlySet<string> | undefined;
  /** Whether the connection grants the deletion of snapshots; undefined unless retention is due. */
  readonly mayDelete: boolean | undefined;
  /** By how much the clocks of the nodes and of the API server differ from ours; undefined unless retention is due. */
  readonly skewSeconds: number | undefined;
  readonly restore: RestoreFacts | undefined;
}

export interface RunFacts {
  readonly snapshot: Snapshot | undefined;
  /** Why nobody can tell what became of it: neither is it there for certain, nor gone. */
  readonly unreadable?: Fault;
  readonly progress: SnapshotProgress | undefined;
  /** By how much clocks differ from ours; read when the snapshot is to be aborted for its age. */
  readonly skewSeconds?: number | undefined;
  /** What matches the spec now, but for what was restored or mounted since it began; read once the snapshot has ended. */
  readonly indices: readonly IndexBirth[];
  /** What `spec.indices` names and nothing matches; read of a success. */
  readonly unmatched?: readonly string[];
}

export interface RestoreFacts {
  /** What could be tried; read when a check is due. Undefined when the snapshot does not tell. */
  readonly candidates: readonly SnapshotIndex[] | undefined;
  /** The temporary indexes that exist. */
  readonly restored: readonly RestoredIndex[];
  /** Their names that indexes of somebody else have. */
  readonly taken?: readonly string[];
  /** Read once all are restored; undefined when the login may not. */
  readonly comparisons: readonly Comparison[] | undefined;
}

/** A restored index beside the living one. */
export interface Comparison {
  readonly source: string;
  /** Undefined when the two cannot be compared: an answer was a fault. */
  readonly restored: number | undefined;
  /** Undefined when the living index is gone or cannot be counted. */
  readonly living: number | undefined;
  readonly isGone?: boolean;
  /** Whether no operation has reached the living index since the snapshot. */
  readonly unchanged: boolean;
}
