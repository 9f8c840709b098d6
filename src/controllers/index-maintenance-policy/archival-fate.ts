import { type Content, documentFingerprint, documentHash } from './fingerprints.ts';

/** What becomes of a document, by what was read of it in the archive and, after that, in its index. */
export type Fate =
  | 'Moved'
  | 'DeleteOriginal'
  | 'WithdrawCopy'
  /** Only in its index, as it was chosen. */
  | 'Refused'
  | 'Taken'
  /** Written to since, or deleted by its owner, and not copied. */
  | 'Changed';

/**
 * @param isOurs the copy has come into the archive since the batch was chosen.
 * @param chosen fingerprints of the documents of the batch.
 */
export function fateOf(
  source: Content | undefined,
  copy: Content | undefined,
  isOurs: boolean,
  chosen: ReadonlySet<string>,
): Fate {
  if (copy === undefined)
    return source !== undefined && chosen.has(documentFingerprint(source)) ? 'Refused' : 'Changed';
  if (source === undefined) return chosen.has(documentFingerprint(copy)) ? 'Moved' : 'Taken';
  if (isSame(source, copy)) return 'DeleteOriginal';
  return isOurs && chosen.has(documentFingerprint(copy)) ? 'WithdrawCopy' : 'Taken';
}

/** Whether nothing is lost with one of them: the whole of both, where it is there to be compared. */
function isSame(a: Content, b: Content): boolean {
  if (a.source === undefined || b.source === undefined) return false;
  return documentHash(a) === documentHash(b);
}
