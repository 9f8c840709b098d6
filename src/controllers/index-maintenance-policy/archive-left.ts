import type { StatusChange } from '../../runtime/controller.ts';
import type { ArchiveBatch } from './actions.ts';
import { dueWith, type Hindered, hinderedOf, withoutArchiveBatch } from './archive-hindered.ts';
import { heldBefore, holding, withHeld, withMoved } from './archive-steps.ts';
import type { Status } from './observed.ts';
import type { FreshPlan } from './plan.ts';
import { withArchivedSince } from './run.ts';

/** At the end of a run: where a batch is hindered, all that its index still had to move has stayed. */
export function withHindered(status: Status, { archive }: FreshPlan): Status {
  const leftOf = (batch: Hindered): number => {
    const source = archive.find(({ member }) => member.index.name === batch.index);
    return Math.max(dueWith(batch), source?.documents ?? 0);
  };
  return hinderedOf({ status }).reduce(
    (told, batch) => holding(told, batch.index, batch.reason, leftOf(batch)),
    status,
  );
}

/**
 * The batch is dealt with. What has moved of an index that a run has left is no longer left; elsewhere the run goes on.
 * @param passOver tells what of the batch has not moved: of an index that was left it is counted already.
 */
export function withBatchEnded(
  status: Status,
  batch: ArchiveBatch,
  { moved, now }: { readonly moved: number; readonly now: number },
  passOver: StatusChange<Status>,
): Status {
  const ended = withMoved(withoutArchiveBatch(status, batch.id), batch, moved);
  const { after, documents: left = 0 } = heldBefore(status, batch.index) ?? {};
  if (left === 0 || after !== undefined) return passOver(ended);
  return withArchivedSince(withFewerLeft(ended, batch.index, moved), moved, now);
}

function withFewerLeft(status: Status, name: string, moved: number): Status {
  const held = heldBefore(status, name);
  if (held === undefined) return status;
  const documents = Math.max(0, (held.documents ?? 0) - moved);
  const fewer = withHeld(status, { ...held, documents });
  return documents > 0 ? fewer : withoutHeld(fewer, name);
}

function withoutHeld(status: Status, name: string): Status {
  const { archive } = status;
  if (archive === undefined) return status;
  return { ...status, archive: { ...archive, held: archive.held.filter(({ index }) => index !== name) } };
}
