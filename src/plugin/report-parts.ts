import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { ArchivedFile } from './archive.ts';
import { safe } from './safe.ts';

/** Notes what could not be read: a report with a gap is better than none. */
export type Try = <T>(what: string, work: () => Promise<T>, otherwise: T) => Promise<T>;

const LONGEST_PART = 90;
const LETTERS_OF_HASH = 16;

/**
 * A name as a part of a path. One of an object may have 253 letters, and neither tar nor file systems take that with what
 * is put to it: a longer one is cut, and told apart by its hash. The object in the file has the whole name.
 */
export function partOf(name: string): string {
  if (name.length <= LONGEST_PART) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, LETTERS_OF_HASH);
  return `${name.slice(0, LONGEST_PART - LETTERS_OF_HASH - 1)}-${hash}`;
}

/** An object as it may leave. */
export const yamlFile = (path: string, value: unknown): ArchivedFile => ({
  path,
  content: stringify(safe(value), { aliasDuplicateObjects: false, lineWidth: 0 }),
});
