import type { AliasDefinition } from '../../elasticsearch/aliases.ts';
import type { Claim, DocumentFailure, RunningRange } from './observed.ts';
import type { FlatSettings } from '../index-settings.ts';
import type { Range } from './ranges.ts';
import type { SampleRequest } from './requests.ts';

/**
 * The effects of a copy, each small and repeatable. `uuid` is the identity that is read again right before the call:
 * an index that was deleted and created anew under the name is not touched.
 */
export type ReindexAction =
  /** What nobody holds is taken, what is abandoned is taken over, by the very version of it that was judged. */
  | { readonly type: 'HoldLocks'; readonly claims: readonly Claim[]; readonly blocks: boolean }
  | { readonly type: 'RenewLocks'; readonly names: readonly string[]; readonly blocks: boolean }
  | { readonly type: 'ReleaseLocks'; readonly names: readonly string[] }
  | {
      readonly type: 'TryOut';
      readonly body: Body;
      readonly reindex: SampleRequest;
      /** Those of the aliases to be moved that Elasticsearch could refuse to the destination. */
      readonly aliases: readonly MovedAlias[];
      /** What the destination gets when it serves. */
      readonly later: FlatSettings;
      /** What the pipeline makes of the documents, before any of them is written through it. */
      readonly simulation?: Simulation;
    }
  | { readonly type: 'DropScratches' }
  | { readonly type: 'AddAlias'; readonly target: Target; readonly alias: string }
  | { readonly type: 'MoveEpochAlias'; readonly target: Target; readonly from: string; readonly to: string }
  | { readonly type: 'DropAliases'; readonly target: Target; readonly aliases: readonly string[] }
  | { readonly type: 'CreateDestination'; readonly index: string; readonly body: Body }
  /** `beside`: an index that stays, for the guard of the deletion; undefined where it may not be touched. */
  | {
      readonly type: 'DeleteDestination';
      readonly target: Target;
      readonly owner: string;
      readonly beside: Target | undefined;
    }
  | { readonly type: 'SetMeta'; readonly target: Target; readonly meta: unknown }
  | {
      readonly type: 'Tune';
      readonly target: Target;
      readonly meta: unknown;
      readonly settings: FlatSettings;
    }
  | {
      readonly type: 'SetSettings';
      readonly target: Target;
      readonly settings: FlatSettings;
      /** What Elasticsearch refuses is left out and remembered: nothing else waits for it. */
      readonly mayLack?: true;
    }
  /** Flush and refresh, so that writers do not wait for them under the block that comes next. */
  | { readonly type: 'PrepareBlock'; readonly source: Target; readonly destination: Target }
  | {
      readonly type: 'BlockWrites';
      readonly target: Target;
      readonly through: string;
      readonly liftFirst: boolean;
      /** Written before: the mark of the destination, which says that the block is ours. Absent where it says so already. */
      readonly note?: { readonly target: Target; readonly meta: unknown };
      /** The destination: PrepareBlock is done once more right before the block. Absent where writers are waiting already. */
      readonly readied?: Target;
    }
  /** `through`: an alias of the target that goes with the epoch, so that a late call finds nothing. */
  | { readonly type: 'LiftBlock'; readonly target: Target; readonly through?: string }
  /** Notes what is to be copied and opens the point in time that the next round will be compared with. */
  | {
      readonly type: 'BeginRound';
      readonly target: Target;
      readonly fenced: boolean;
      readonly destination?: Target | undefined;
      /** A point in time that nobody needs any more. */
      readonly before?: string | undefined;
    }
  | { readonly type: 'SettleRound'; readonly target: Target; readonly flush: boolean }
  | { readonly type: 'Flush'; readonly target: Target }
  | { readonly type: 'RenewPointInTime'; readonly pit: string }
  | { readonly type: 'ClosePointsInTime'; readonly pits: readonly string[] }
  /** `target` of these is the destination, `page` how many documents the source lets be asked for at once. */
  | { readonly type: 'FinishHardening'; readonly target: Target }
  | { readonly type: 'RemoveDepartures'; readonly target: Target; readonly page: number }
  | { readonly type: 'Sweep'; readonly target: Target; readonly page: number }
  | { readonly type: 'Compare'; readonly target: Target; readonly page: number }
  | {
      readonly type: 'StartRange';
      readonly range: RunningRange;
      readonly body: Body;
      readonly opaqueId: string;
      readonly requestsPerSecond?: number | undefined;
    }
  /** `target` is the destination. */
  | {
      readonly type: 'IsolateFailures';
      readonly target: Target;
      readonly range: Range;
      readonly failures: readonly DocumentFailure[];
    }
  | { readonly type: 'CancelTask'; readonly task: string }
  | {
      readonly type: 'Rethrottle';
      readonly range: Range;
      readonly task: string;
      readonly requestsPerSecond?: number | undefined;
    }
  | { readonly type: 'RefreshBoth'; readonly source: string; readonly destination: string }
  | {
      readonly type: 'CutOver';
      readonly source: Target;
      readonly destination: Target;
      readonly through: string;
      readonly moved: readonly MovedAlias[];
    }
  | {
      readonly type: 'BlockDestination';
      readonly target: Target;
      readonly through: string;
      readonly liftFirst: boolean;
    }
  | {
      readonly type: 'RollBack';
      readonly source: Target;
      readonly destination: Target;
      readonly through: string;
      readonly moved: readonly MovedAlias[];
      /** The highest sequence numbers of the destination that were judged, by shard. */
      readonly maxSeqNos: readonly number[];
    }
  /** Nothing happens unless the shards are still at `maxSeqNos`. */
  | {
      readonly type: 'DeleteSource';
      readonly target: Target;
      readonly maxSeqNos: readonly number[];
      readonly beside: Target | undefined;
    };

/** What a call sends. */
export type Body = Readonly<Record<string, unknown>>;

export interface Target {
  readonly index: string;
  readonly uuid: string;
}

export interface MovedAlias {
  readonly name: string;
  readonly definition: AliasDefinition;
}

export interface Simulation {
  readonly pipeline: string;
  /** Takes every document as the script leaves it. */
  readonly body: Body;
  readonly reindex: SampleRequest;
}
