import type { FlatSettings } from '../index-settings.ts';
import { asObject } from '../json-object.ts';
import { META_KEY } from './names.ts';

/** The facts about a destination that must survive a lost status: kept in its mapping's `_meta`. */
export interface DestinationMark {
  readonly uid: string;
  readonly specHash: string;
  readonly sourceIndex: string;
  readonly sourceUuid: string;
  readonly attempt: number;
  /** Whether the source took no writes before we came: such a block is never lifted. */
  readonly blockedBefore: boolean;
  /**
   * Whether the write block on the source is ours: written right before it is set, taken back when it is lifted. Where it
   * is absent, status tells.
   */
  readonly blocks?: boolean;
  /** `final` is written before the aliases move: from then on nothing of ours may delete or recreate the index. */
  readonly state: 'copying' | 'final';
  /** What must outlive a lost status from the move of the aliases on; written together with `final`. */
  readonly cutover?: CutoverMark;
  /** The value of the annotation that asked for the move of the aliases back, written before they move. */
  readonly rollback?: string;
  /** Whether the destination took no writes before that; gone, as the value is, once a rollback was let go. */
  readonly rollbackBlockedBefore?: boolean;
  /** The destination's own values of what is changed during the copy; null = not set. Absent until it was tuned. */
  readonly restore?: FlatSettings;
}

export interface CutoverMark {
  /** RFC 3339. */
  readonly time: string;
  readonly aliases: readonly string[];
  /** Whether the source was hidden before the rollback window hides it. */
  readonly sourceHidden: boolean;
  readonly maxSeq: CutoverMaxSeq;
}

/** The highest sequence numbers right before the move, by shard; the last moment at which only we had written. */
export interface CutoverMaxSeq {
  readonly source: readonly number[];
  readonly destination: readonly number[];
}

/** The mapping with our mark in `_meta`, beside what the user keeps there. */
export function withMark(mappings: unknown, mark: DestinationMark): Record<string, unknown> {
  const own = asObject(mappings);
  return { ...own, _meta: { ...asObject(own['_meta']), [META_KEY]: mark } };
}

/** What this project has written into the mapping of an index that it has made. */
export function ownMeta(mappings: unknown): Readonly<Record<string, unknown>> {
  return asObject(asObject(asObject(mappings)['_meta'])[META_KEY]);
}

/** The mark that a destination carries; undefined for an index that is none of ours. */
export function markOf(mappings: unknown): DestinationMark | undefined {
  const mark = ownMeta(mappings);
  // A cast: only this project writes below its own key, and every use compares uid and hash before it acts.
  return typeof mark['uid'] === 'string' && typeof mark['state'] === 'string'
    ? (mark as unknown as DestinationMark)
    : undefined;
}

/** Nothing of ours was ever written into it. What aliases it has come from an index template. */
export function wasNeverFilled(mark: DestinationMark | undefined): boolean {
  return mark?.state === 'copying' && mark.restore === undefined;
}
