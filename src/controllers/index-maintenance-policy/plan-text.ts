import { counted } from '../counted.ts';
import type { Status, StatusPlan } from './observed.ts';
import { heldBackFor } from './retry.ts';

export const deletions = (count: number): string => `${counted(count, 'index', 'indexes')} would be deleted`;

/** Documents that are held back are not among them. */
const archivals = ({ documents }: { readonly documents: number }): string =>
  `${counted(documents, 'document')} would be archived`;

function aliases(plan: Status['plan']): string {
  const count = (plan?.aliasChanges.add ?? 0) + (plan?.aliasChanges.remove ?? 0);
  return counted(count, 'membership of an alias', 'memberships of aliases');
}

/** All that a plan would do. */
export function plannedText(plan: Status['plan']): string {
  const { deletes, archive = { documents: 0 } } = plan ?? {};
  const moves = archive.documents === 0 ? '' : `, ${archivals(archive)}`;
  return `${deletions(deletes?.count ?? 0)}${moves} and ${aliases(plan)} would change`;
}

/** The first of them: no snapshot can ever be accepted by a target that names it. */
export function missingText(plan: Status['plan']): string {
  const [missing] = plan?.missing ?? [];
  return missing === undefined ? '' : `; ${missing}: create it, or correct beforeDelete.requireSnapshot`;
}

/** What has come up since the last run, or what stopped that one, waits for the next. */
export function maintainedText(plan: Status['plan']): string {
  const { deletes = { count: 0 }, archive = { documents: 0 }, kept = [] } = plan ?? {};
  const moves = archive.documents === 0 ? [] : [archivals(archive)];
  if (deletes.count > 0)
    return `${[deletions(deletes.count), ...moves].join(' and ')}${NEXT_TIME}${laterText(kept)}`;
  return moves.length === 0
    ? `the last run did everything that was due${exceptionText(plan)}`
    : `${moves[0]}${NEXT_TIME}; the last run did everything else that was due${exceptionText(plan)}`;
}

const NEXT_TIME = ' at the next time of the schedule';

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
