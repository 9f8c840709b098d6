/** The effects of a schedule, each small and repeatable. Identities are read again right before the call. */
export type SnapshotAction =
  | {
      readonly type: 'CreateSnapshot';
      readonly repository: string;
      readonly snapshot: string;
      readonly slot: string;
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'AbortSnapshot'; readonly repository: string; readonly target: SnapshotTarget }
  | {
      readonly type: 'DeleteSnapshots';
      readonly repository: string;
      readonly targets: readonly SnapshotTarget[];
    }
  | {
      readonly type: 'RestoreSample';
      readonly repository: string;
      readonly snapshot: string;
      readonly indices: readonly string[];
      readonly suffix: string;
    }
  | { readonly type: 'DropRestored'; readonly indices: readonly SnapshotTarget[] };

export interface SnapshotTarget {
  readonly name: string;
  readonly uuid: string;
}
