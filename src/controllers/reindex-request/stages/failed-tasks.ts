import type { ReindexAction } from '../actions.ts';
import { targetOf } from '../changes.ts';
import { isFlooded } from '../disk-space.ts';
import { errorIndex } from '../error-index.ts';
import { documentsText, listedFailures } from '../failures.ts';
import { bounds } from '../journal.ts';
import type { DocumentFailure, TaskOutcome } from '../observed.ts';
import type { Copy } from '../rounds.ts';
import { ownPiece } from '../script-failure.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

type Failed = Extract<TaskOutcome, { readonly type: 'failed' }>;

/** Some failures are for good: the script, a privilege, a part that never ends well, more bad documents than allowed. */
export function failureIn(situation: Situation): Step | undefined {
  for (const [task, outcome] of Object.entries(situation.observed.outcomes)) {
    if (outcome.type === 'failed') return failForGood(situation, outcome);
    if (outcome.type === 'repeat' && isLastTry(situation, task)) return failRepeated(situation, outcome.why);
    if (outcome.type === 'documentFailures' && (!canIsolate(situation) || isLastTry(situation, task)))
      return failDocuments(situation, outcome.failures);
  }
  return tooManyBad(situation);
}

function failForGood(situation: Situation, { reason, message, piece }: Failed): Step {
  const own = ownPiece(piece, situation.spec.transform?.script?.source);
  return fail(situation, reason, own === undefined ? message : `${message}; it fails at: ${own}`);
}

/** With pauses of up to a minute between them these are some seven minutes: writers are waiting for an end. */
const MOST_TRIES = 12;

/** A full disk is waited for, however long it takes. */
function isLastTry({ status, destination }: Situation, task: string): boolean {
  if (isFlooded(destination)) return false;
  const range = status.copy?.running.find((running) => running.task === task);
  return range !== undefined && range.try + 1 >= MOST_TRIES;
}

function failRepeated(situation: Situation, why: string): Step {
  const message = `a part of the copy was started ${MOST_TRIES} times and never succeeded (last: ${why}); no alias was moved: see the health of the cluster, then retry`;
  return fail(situation, 'NoProgress', message);
}

/** Without sequence numbers, and a point in time to look them up, there is no leaving out of single documents. */
function canIsolate({ status }: Situation): boolean {
  return status.plan?.sequenceNumbers === true && status.copy?.pit !== undefined;
}

function failDocuments(situation: Situation, failures: readonly DocumentFailure[]): Step {
  const listed = listedFailures(failures);
  const [first] = listed;
  const message = `${documentsText(failures.length)} could not be written to ${situation.spec.destination.index}, the first is ${first?.id} (${first?.type}); status.failures lists ${listed.length} of them: correct the documents, then retry, or correct spec.destination or spec.transform in a new request`;
  return fail(situation, 'DocumentFailures', message, { failures: listed });
}

/** With the policy Fail every bad document is to be named, but not without an end. */
const MOST_NAMED = 1_000;

function tooManyBad(situation: Situation): Step | undefined {
  const { policy, maxQuarantined } = situation.spec.onDocumentFailure;
  const bad = situation.status.copy?.bad ?? 0;
  const most = policy === 'Quarantine' ? maxQuarantined : MOST_NAMED;
  if (bad <= most) return undefined;
  const { index } = situation.spec.destination;
  return fail(
    situation,
    'DocumentFailures',
    `more than ${documentsText(most)} could not be written to ${index}, and the copy was stopped; no alias was moved: status.failures lists the first, ${errorIndex(index)} has them with their causes; correct them, then retry, or correct spec.destination or spec.transform in a new request`,
  );
}

/** Named, written down and left out, so that the rest is copied. One part a pass: the first makes the index for them. */
export function isolations(copy: Copy, situation: Situation): readonly ReindexAction[] {
  const { destination, observed } = situation;
  if (!destination) return [];
  const target = targetOf(destination);
  const all = copy.running.flatMap((range) => {
    const outcome = range.task === undefined ? undefined : observed.outcomes[range.task];
    if (outcome?.type !== 'documentFailures') return [];
    return [{ type: 'IsolateFailures', target, range: bounds(range), failures: outcome.failures } as const];
  });
  return all.slice(0, 1);
}
