/** What our own program around a script and renames says when it refuses a document. Neither quotes one. */
export const MOVES_DOCUMENT = 'es-steward: a script may not change _id, _routing or _index';
export const BELOW_VALUE = 'is a value, nothing can be moved below it';

/**
 * What is wrong with a script or a rename, by the words of Elasticsearch, which may quote a document: only those are
 * looked for that are its own, or ours, and none is told on. A script that fails ends the whole task, so that no document
 * can be set aside; one of a pipeline fails for its document instead.
 */
export function scriptFailure(said: string): string {
  if (said.includes('compile error'))
    return 'the script does not compile: correct spec.transform.script in a new request';
  if (said.includes(MOVES_DOCUMENT))
    return 'the script changes _id, _routing or _index of a document, which keeps its place in a copy: correct spec.transform.script in a new request';
  if (said.includes(BELOW_VALUE))
    return 'a rename would move a field below one that has a value in a document, and that value would be lost: correct the document, then retry, or correct spec.transform.renames in a new request';
  return 'a script fails on a document: correct spec.transform.script, or the one in spec.source.query, in a new request';
}
