import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { shortened } from './step.ts';

const MOST_NOTES = 10;
const MOST_CHARACTERS = 1_000;

type Noted = Pick<NonNullable<ReindexRequestStatus['series']>, 'notes'>;

/** The first of what its indexes have to say: of each one nothing else stays. */
export function withNotes({ notes: before = [] }: Noted, more: readonly string[]): Noted {
  const added = more.map((note) => shortened(note, MOST_CHARACTERS));
  const notes = [...before, ...added].slice(0, MOST_NOTES);
  return notes.length > 0 ? { notes } : {};
}

/** A message that ends with them. */
export function sayingNotes(message: string, { notes = [] }: Noted = {}): string {
  return [message, ...notes].join('. Note: ');
}
