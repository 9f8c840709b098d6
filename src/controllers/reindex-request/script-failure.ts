import type { TaskOutcome } from './observed.ts';

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
    return "the script does not compile (the operator's log says more): correct spec.transform.script in a new request";
  if (said.includes(MOVES_DOCUMENT))
    return 'the script changes _id, _routing or _index of a document, which keeps its place in a copy: correct spec.transform.script in a new request';
  if (said.includes(BELOW_VALUE))
    return 'a rename would move a field below one that has a value in a document, and that value would be lost: correct the document, then retry, or correct spec.transform.renames in a new request';
  return "a script fails on a document (the operator's log says more): correct spec.transform.script, or the one in spec.source.query, in a new request";
}

export interface FailedScript {
  readonly reason: string;
  readonly scriptStack?: readonly string[] | undefined;
}

/** Of what goes to a log. */
const MOST_CHARACTERS = 1_000;
const MOST_LINES = 10;

/** A script that has ended its task. */
export function failedScript({ reason, scriptStack = [] }: FailedScript): TaskOutcome {
  // The script comes last, below what Java was doing for it.
  const lines = scriptStack.slice(-MOST_LINES).map((line) => line.slice(0, MOST_CHARACTERS));
  return {
    type: 'failed',
    reason: 'ScriptFailed',
    message: scriptFailure(reason),
    said: { errorType: 'script_exception', detail: reason.slice(0, MOST_CHARACTERS), scriptStack: lines },
    piece: failedPiece(scriptStack),
  };
}

/** The line above the mark, without what comes behind it in the program around the script. */
function failedPiece(stack: readonly string[]): string | undefined {
  const mark = stack.findIndex((line) => line.trim() === '^---- HERE');
  return stack[mark - 1]
    ?.replace(/^\.\.\. | \.\.\.$/g, '')
    .replace(/[\s;}]+$/, '')
    .trim();
}

const MOST_QUOTED = 120;

/** Told only as far as it stands in the request itself: whatever else an endpoint answers stays out of a status. */
export function ownPiece(piece: string | undefined, source: string | undefined): string | undefined {
  if (!piece || !source?.includes(piece)) return undefined;
  return piece.replace(/\s+/g, ' ').slice(0, MOST_QUOTED);
}
