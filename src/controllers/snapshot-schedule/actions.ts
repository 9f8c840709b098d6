import type { RestoredIndex } from '../../elasticsearch/restore.ts';
import type { SnapshotId } from '../../elasticsearch/snapshots.ts';

/** The effects of a schedule, each small and repeatable. Identities are read again right before the call. */
export type SnapshotAction =
  | {
      readonly type: 'CreateSnapshot';
      readonly repository: string;
      readonly snapshot: string;
      readonly slot: string;
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'AbortSnapshot'; readonly repository: string; readonly target: SnapshotId }
  | {
      readonly type: 'DeleteSnapshots';
      readonly repository: string;
      readonly targets: readonly SnapshotId[];
    }
  | {
      readonly type: 'RestoreSample';
      readonly repository: string;
      readonly snapshot: string;
      readonly indices: readonly string[];
      readonly suffix: string;
    }
  | { readonly type: 'DropRestored'; readonly indices: readonly Pick<RestoredIndex, 'name' | 'uuid'>[] };
