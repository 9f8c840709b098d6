import type { DocumentFailure } from './observed.ts';

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
