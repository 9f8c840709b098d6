import type { Status, StatusPlan } from './observed.ts';
import { heldBackFor } from './retry.ts';

export const deletions = (count: number): string =>
  count === 1 ? '1 index would be deleted' : `${count} indexes would be deleted`;

export function aliases(plan: Status['plan']): string {
  const count = (plan?.aliasChanges.add ?? 0) + (plan?.aliasChanges.remove ?? 0);
  return count === 1 ? '1 membership of an alias' : `${count} memberships of aliases`;
}

/** The first of them: no snapshot can ever be accepted by a target that names it. */
export function missingText(plan: Status['plan']): string {
  const [missing] = plan?.missing ?? [];
  return missing === undefined ? '' : `; ${missing}: create it, or correct beforeDelete.requireSnapshot`;
}

/** What has come up since the last run, or what stopped that one, waits for the next. */
export function maintainedText(plan: Status['plan']): string {
  const { deletes, kept = [] } = plan ?? {};
  return deletes === undefined || deletes.count === 0
    ? `the last run did everything that was due${exceptionText(plan)}`
    : `${deletions(deletes.count)} at the next time of the schedule${laterText(kept)}`;
}

function exceptionText(plan: Status['plan']): string {
  const indexes = heldBackFor(plan?.kept ?? []);
  const documents = heldBackFor(plan?.archive?.kept ?? []);
  const parts = [
    { things: 'indexes', heldBack: indexes },
    { things: 'documents of indexes', heldBack: documents },
  ].flatMap(({ things, heldBack }) =>
    heldBack.length === 0 ? [] : [`${things} that are temporarily held back (${listText(heldBack)})`],
  );
  if (parts.length === 0) return '';
  const done = documents.length === 0 ? 'deleted' : indexes.length === 0 ? 'archived' : 'deleted or archived';
  return `, except for ${parts.join(' and ')}: they are ${done} within minutes of becoming free, until spec.startingDeadline has passed; after that at the next time of the schedule`;
}

/** They count for the cap as well. */
export function laterText(kept: StatusPlan['kept']): string {
  const heldBack = heldBackFor(kept);
  return heldBack.length === 0 ? '' : `, and more that are temporarily held back (${listText(heldBack)})`;
}

const listText = (kept: StatusPlan['kept']): string =>
  kept.map(({ reason, count }) => `${reason} ${count}`).join(', ');
