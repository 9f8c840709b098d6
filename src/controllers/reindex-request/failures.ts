import { counted } from '../counted.ts';
import type { DocumentFailure } from './observed.ts';

/** Of all of them, in a status. */
export const MOST_LISTED = 10;

export function listedFailures(failures: readonly DocumentFailure[]) {
  return failures.slice(0, MOST_LISTED).map(listedFailure);
}

/** What a status can hold of it; the rest is in the error index. */
export function listedFailure({ index, id, status, type, reason }: DocumentFailure) {
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
