import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { counted } from '../counted.ts';
import type { DocumentFailure } from './observed.ts';

/** Of all of them, in a status. */
const MOST_LISTED = 10;

export function listedFailures(failures: readonly DocumentFailure[], before: readonly ListedFailure[] = []) {
  const isNew = ({ id }: DocumentFailure) => before.every((other) => other.id !== listedId(id));
  return [...before, ...failures.filter(isNew).map(listedFailure)].toSorted(byId).slice(0, MOST_LISTED);
}

type ListedFailure = NonNullable<ReindexRequestStatus['failures']>[number];

/** Tasks end in any order: who is named the first is to be the first whenever somebody looks. */
function byId(one: ListedFailure, other: ListedFailure): number {
  return one.id.localeCompare(other.id, 'en', { numeric: true });
}

/** What a status can hold of it; the rest is in the error index. */
export function listedFailure({ index, id, status, type, reason }: DocumentFailure): ListedFailure {
  return {
    index: index.slice(0, 255),
    id: listedId(id),
    status,
    type: type.slice(0, 255),
    reason: reason.slice(0, 1024),
  };
}

export function listedId(id: string): string {
  return id.slice(0, 512);
}

/** For people: how many documents a sentence is about. */
export function documentsText(count: number): string {
  return counted(count, 'document');
}
