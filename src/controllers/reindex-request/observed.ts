import type { AliasDefinition } from '../../elasticsearch/aliases.ts';
import type { NodeDisk } from '../../elasticsearch/disk.ts';
import type { HealthStatus } from '../../elasticsearch/health.ts';
import type { Lock } from '../../elasticsearch/locks.ts';
import type { ReindexCounts } from '../../elasticsearch/reindex-result.ts';
import type { PrimaryShard } from '../../elasticsearch/shard-stats.ts';
import type { Range } from './ranges.ts';

/** Everything that one pass has read. What a stage does not need is absent; nothing here is a guess. */
export interface Observed {
  /** Why the connection refuses a request that is at work; absent where it does not. */
  readonly revoked?: string;
  readonly connection: string;
  /** The greatest number of copies that the connection lets run at once. */
  readonly maxConcurrentOperations: number;
  /** Is this index or alias one that nothing may touch? */
  readonly protects: (name: string) => boolean;
  /** What the source name leads to: no index, one, or several (an alias). */
  readonly sources: readonly IndexFacts[];
  /** What the destination name leads to. */
  readonly destination: IndexFacts | undefined;
  /** Every reindex task that carries this request's mark. */
  readonly tasks: OwnTasks;
  /** Of a series: what there is to copy, oldest first. */
  readonly partitions?: readonly { readonly source: string; readonly destination: string }[];
  /** Of a series that has no journal: the source of the newest one that carries marks of this request. */
  readonly newestBegun?: string | undefined;
  /** Of a series without a journal or without an index: how many of its copies are there, and whole. */
  readonly finishedCopies?: number;
  /** The other requests on this connection, for turns and chains. */
  readonly peers: readonly Peer[];
  /** The uids of all requests, of every connection: an index whose maker is among them is not abandoned. */
  readonly owners: ReadonlySet<string>;
  /** Who works on the names of this request; absent where it was not looked at. */
  readonly claims?: readonly Claim[];
  readonly preflight?: PreflightFacts;
  /** While parts are copied: the pipeline of the request and all that it calls; undefined where one does not exist. */
  readonly pipelines?: Readonly<Record<string, unknown>>;
  /** One started primary for each shard of the source. */
  readonly shards?: readonly ShardFacts[];
  /** The same of the destination. */
  readonly destinationShards?: readonly ShardFacts[];
  /** What became of the tasks that status knows, by task id. */
  readonly outcomes: Readonly<Record<string, TaskOutcome>>;
  /** Seconds by which the clock of the API server differs from ours. */
  readonly apiServerSkewSeconds?: number;
  /** The same of the node of Elasticsearch that is furthest off. */
  readonly nodeSkewSeconds?: number;
  readonly counts?: { readonly source: number; readonly destination: number };
  /** Documents that could not be written and are still in the source as they were; `lost` when that cannot be told any more. */
  readonly bad?: number | 'lost';
  /** The indexes that trial runs have left behind. */
  readonly scratches?: readonly string[];
  readonly health?: { readonly source: HealthStatus; readonly destination: HealthStatus };
}

export interface IndexFacts {
  readonly name: string;
  readonly uuid: string;
  readonly settings: unknown;
  readonly mappings: unknown;
  /** Without the entrances and guards. */
  readonly aliases: Readonly<Record<string, AliasDefinition>>;
  /** Aliases that tasks of a copy write through: no user of the index reads or writes by them. */
  readonly entrances: readonly string[];
  /** Aliases without which a deletion of another index does not come true. */
  readonly guards: readonly string[];
  readonly dataStream?: string | undefined;
  readonly closed: boolean;
}

export interface OwnTasks {
  /** False when a node did not answer: the list proves nothing then. */
  readonly complete: boolean;
  readonly running: readonly OwnTask[];
}

export interface OwnTask {
  readonly id: string;
  readonly opaqueId: string;
  /** Undefined in its first moment. */
  readonly counts?: ReindexCounts | undefined;
  /** Milliseconds. */
  readonly runningMs?: number;
}

export interface Peer {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly created: string;
  readonly phase: string | undefined;
  readonly suspended: boolean;
  /** Its connection refuses it, or a person must act before it can begin: it holds no place. */
  readonly refused: boolean;
  /** Its grant was taken away, whatever it has begun: it holds no place. */
  readonly revoked?: boolean;
  /** It waits for an index or alias, not for a place. */
  readonly waitsForName: boolean;
  /** It waits for a person, and blocks nobody's writes meanwhile: it holds no place. */
  readonly awaitsApproval: boolean;
  readonly source: string;
  readonly destination: string;
  /** The uuid of the index that it hides for its way back, and that was visible before. */
  readonly hides?: string | undefined;
  /** How the indexes of a series are named: all of them are its own until it has ended. */
  readonly series?: { readonly source: string; readonly destination: string } | undefined;
}

/** `blocks`: a write block on the index is the holder's. */
export type Claim =
  | { readonly name: string; readonly by: 'nobody'; readonly blocks?: undefined }
  | { readonly name: string; readonly by: 'us'; readonly lock: Lock; readonly blocks: boolean }
  | HeldClaim;

export interface HeldClaim {
  readonly name: string;
  readonly by: 'other';
  /** For people. */
  readonly holder: string;
  /** Absent when another copy is told by its epoch alias only. */
  readonly lock?: Lock;
  readonly blocks: boolean;
  /** Changes with every sign of life. */
  readonly sign?: string;
  /** For how long this one was seen, in milliseconds. */
  readonly silentMs?: number;
  /** No sign of life for ten minutes. */
  readonly abandoned: boolean;
}

export interface PreflightFacts {
  readonly missingPrivileges: readonly string[];
  /** What the login may read in part only, as `documents of orders-v1`; nothing is known when absent. */
  readonly hidden?: readonly string[];
  readonly pipelines: Readonly<Record<string, unknown>>;
  /** Pipelines that the settings of the destination name, and that do not exist. */
  readonly absentPipelines?: readonly string[];
  /** False where `_seq_no` cannot be searched: the copy then goes shard by shard, whole. */
  readonly sequenceNumbersSearchable: boolean;
  readonly documents: number;
  readonly bytes: number;
  /** What index templates give a destination that takes nothing of the source; absent where there are none, or it cannot be told. */
  readonly template?: { readonly settings: unknown; readonly mappings: unknown } | undefined;
  /** The part of the documents that is copied, 0 to 1; absent: all. */
  readonly share?: number;
  /** How many of the documents have a routing. */
  readonly routed?: number;
  /** Absent where it may not be read. */
  readonly disks?: readonly NodeDisk[] | undefined;
}

export type ShardFacts = Pick<
  PrimaryShard,
  'shard' | 'maxSeqNo' | 'globalCheckpoint' | 'documents' | 'primaryTerm'
>;

export interface DocumentFailure {
  readonly index: string;
  readonly id: string;
  readonly status: number;
  readonly type: string;
  /** Names only: fit for a status. */
  readonly reason: string;
  /** Elasticsearch's own words, which may quote the document: for the error index only. */
  readonly detail: string;
}

export type TaskOutcome =
  | { readonly type: 'running'; readonly counts: ReindexCounts; readonly runningMs?: number | undefined }
  /** Ended, and its sums add up. */
  | { readonly type: 'copied'; readonly counts: ReindexCounts }
  /** Ended early for a reason that passes: repeat the range with less pressure. */
  | { readonly type: 'repeat'; readonly why: string }
  /** The login lacks a privilege: the range is repeated until somebody has given it, without counting. */
  | { readonly type: 'forbidden'; readonly why: string }
  | {
      readonly type: 'failed';
      readonly reason: string;
      readonly message: string;
      /** Elasticsearch's own words, which may quote a document: for the log only. */
      readonly said: Readonly<Record<string, unknown>>;
      /** The piece of a script that has failed, as Elasticsearch quotes it. */
      readonly piece?: string | undefined;
    }
  | { readonly type: 'documentFailures'; readonly failures: readonly DocumentFailure[] };

/** A range that has its place among the running ones. Without a task it is an intent: to be sent, or lost on the way. */
export interface RunningRange extends Range {
  readonly try: number;
  /** Of the primary under which it begins. */
  readonly term?: number | undefined;
  readonly task?: string | undefined;
}
