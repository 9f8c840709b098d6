import type { AliasChange } from './alias-changes.ts';

export interface BatchEntry {
  readonly name: string;
  readonly uuid: string;
  /** How many operations it had seen when it was chosen; undefined where that is not to be had. */
  readonly operations?: number | undefined;
}

export type MaintenanceAction =
  /** One atomic change of aliases. */
  | { readonly type: 'UpdateAliases'; readonly changes: readonly AliasChange[] }
  /** Exactly these, which status has named before. */
  | { readonly type: 'DeleteBatch'; readonly plan: string; readonly batch: readonly BatchEntry[] };
