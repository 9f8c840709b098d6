import type { AliasChange } from './alias-changes.ts';
import type { Archive } from './observed.ts';

export interface BatchEntry {
  readonly name: string;
  readonly uuid: string;
  /** How many operations it had seen when it was chosen; undefined where that is not to be had. */
  readonly operations?: number | undefined;
}

export type ArchiveBatch = NonNullable<Archive['batch']>;

export type MaintenanceAction =
  /** One atomic change of aliases. */
  | { readonly type: 'UpdateAliases'; readonly changes: readonly AliasChange[] }
  /** Chooses what moves next, and makes its archive: nothing moves before status has named it. */
  | {
      readonly type: 'ChooseDocuments';
      readonly target: string;
      readonly index: string;
      readonly uuid: string;
      /** Documents are old enough that are older than this, in milliseconds since the epoch. */
      readonly cutoff: number;
      /** How many move in this step, at most, and how many are old enough in all. */
      readonly size: number;
      readonly documents: number;
      /** Those up to here were come to before. */
      readonly after: ArchiveBatch['after'];
    }
  /** Exactly the documents that status has named before. */
  | { readonly type: 'MoveDocuments'; readonly batch: ArchiveBatch }
  /** Exactly these, which status has named before. */
  | { readonly type: 'DeleteBatch'; readonly plan: string; readonly batch: readonly BatchEntry[] };
