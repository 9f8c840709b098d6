import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { timeText } from '../../runtime/time.ts';
import type { ArchiveBatch } from './actions.ts';
import { fingerprintsOf } from './fingerprints.ts';
import type { Archive, Status } from './observed.ts';

export type Hindered = NonNullable<Archive['hindered']>[number];

const AGAIN_MS = 60_000;
/** As many as status bears; with one more the policy waits. */
const MOST = 4;

export const hinderedOf = ({ status }: Pick<IndexMaintenancePolicy, 'status'>): readonly Hindered[] =>
  status?.archive?.hindered ?? [];

/** A batch whose documents may be in two places: the one under way, else one that is hindered. */
export const unfinishedOf = (policy: Pick<IndexMaintenancePolicy, 'status'>): ArchiveBatch | undefined =>
  policy.status?.archive?.batch ?? hinderedOf(policy)[0];

export const hasRoom = (policy: IndexMaintenancePolicy): boolean => hinderedOf(policy).length < MOST;

/**
 * The batch to deal with now: the one under way, else the hindered one that was tried longest ago, a minute or more. That
 * one comes first where no more can be set aside: the one under way may wait for its place.
 */
export function batchNow(policy: IndexMaintenancePolicy, now: number): ArchiveBatch | undefined {
  const [first] = hinderedOf(policy);
  const { batch } = policy.status?.archive ?? {};
  const isLeaving = policy.metadata.deletionTimestamp !== undefined;
  const isTime = first !== undefined && Math.abs(now - Date.parse(first.triedTime)) >= AGAIN_MS;
  if (batch !== undefined) return isTime && !isLeaving && !hasRoom(policy) ? first : batch;
  return isLeaving || isTime ? first : undefined;
}

/** How many documents of its index are to move with it and after it, as far as is known: at least its own. */
export const dueWith = ({ due = 0, documents }: ArchiveBatch): number =>
  Math.max(due, fingerprintsOf(documents).size);

/**
 * The batch waits aside, the last one to be tried again. Nothing else goes out of its index or into its archive: what that
 * leaves is counted when the run ends.
 */
export function settingAside(status: Status, batch: ArchiveBatch, reason: string, now: number): Status {
  const { archive, ...rest } = withoutArchiveBatch(status, batch.id);
  if (archive === undefined) return status;
  const hindered = [...(archive.hindered ?? []), { ...batch, reason, triedTime: timeText(now) }];
  return { ...rest, archive: { ...archive, hindered } };
}

/** The batch is dealt with. */
export function withoutArchiveBatch(status: Status, id: string): Status {
  if (status.archive === undefined) return status;
  const { batch, hindered = [], ...archive } = status.archive;
  const others = hindered.filter((each) => each.id !== id);
  return {
    ...status,
    archive: {
      ...archive,
      ...(batch === undefined || batch.id === id ? {} : { batch }),
      ...(others.length === 0 ? {} : { hindered: others }),
    },
  };
}

/** Whether they are in both is not known where one of the two cannot be read. */
export const hinderedText = ({
  index,
  destination,
  reason,
}: Pick<Hindered, 'index' | 'destination' | 'reason'>): string =>
  `archiving from ${index} to ${destination} is interrupted (${reason}), so some documents may be in both indexes: remove the cause; it is tried again every minute`;

/** For a policy that does nothing about it. */
export const unfinishedText = ({ index, destination }: Pick<Hindered, 'index' | 'destination'>): string =>
  `a batch of documents from ${index} to ${destination} is unfinished, so some of them may be in both indexes: it is finished once spec.mode is Enforce and spec.suspend is false, or when the policy is deleted`;
