import type { ReindexAction } from '../actions.ts';
import { cancelStrays, targetOf } from '../changes.ts';
import { isFlooded } from '../disk-space.ts';
import { errorIndex } from '../error-index.ts';
import { documentsText, listedFailures } from '../failures.ts';
import {
  bookedJournal,
  bounds,
  hangsBack,
  isCovered,
  pauseMs,
  placesOf,
  termOf,
  withIntents,
} from '../journal.ts';
import { lagWaitMs, needsFlush, withLag } from '../lag.ts';
import { ageMs, isRecent } from '../moments.ts';
import { rangeOpaqueId } from '../names.ts';
import type { DocumentFailure } from '../observed.ts';
import { withPace } from '../pace.ts';
import { pageOf } from '../page.ts';
import { rangeRequest } from '../requests.ts';
import { type Copy, isRoundComplete, LOST_SINCE } from '../rounds.ts';
import { type Prepared, type Situation } from '../situation.ts';
import { isFenced } from '../write-block.ts';
import { AT_ONCE_MS, fail, type Step } from '../step.ts';
import { completedOf, pollMs, report } from './copy-report.ts';

/**
 * One round: what is to be copied is fixed, then range after range is copied, while what was deleted since the round
 * before is deleted in the destination. The same code runs while writers write and under the write block.
 */
export function copy(prepared: Prepared): Step {
  const journal = prepared.status.copy;
  if (!journal || journal.discarded || isRoundComplete(journal)) return begin(prepared, journal);
  if (!journal.settled) return settle(prepared);
  return journal.sweep ? sweep(prepared) : copyRanges(prepared, journal);
}

/** Nothing of an earlier round may still be on its way: its epoch is over, and no task of ours runs. */
function begin(situation: Prepared, before: Copy | undefined): Step {
  const { source, destination, status } = situation;
  if (before && !before.sealed)
    return report(situation, {
      status: { ...status, epoch: situation.epoch + 1, copy: { ...before, sealed: true } },
      next: 'now',
    });
  const strays = cancelStrays(situation);
  if (strays) return report(situation, { actions: strays, next: AT_ONCE_MS });
  const action = {
    type: 'BeginRound',
    target: targetOf(source),
    fenced: isFenced(situation),
    destination: targetOf(destination),
    before: before?.previousPit,
  } as const;
  const idleMs = lagWaitMs(ageMs(status.blockedSince, situation.now), true);
  return report(situation, { actions: [action], next: 'now', idleMs });
}

/** A replica that hangs behind would show a document that is in no point in time. */
function settle(situation: Prepared): Step {
  const { source, status, now } = situation;
  const lasted = ageMs(status.copy?.pitTime, now);
  const flush = needsFlush(source.settings, lasted);
  const action = { type: 'SettleRound', target: targetOf(source), flush } as const;
  return report(situation, { actions: [action], next: 'now', idleMs: lagWaitMs(lasted) });
}

/** Before more ranges: which of them are copied again is what it finds out. */
function sweep(situation: Prepared): Step {
  if (isFlooded(situation.destination)) return report(situation, {});
  return report(situation, { actions: lookUp('Sweep', situation), next: 'now' });
}

/**
 * Beside the ranges: a document that has left by the point in time of this round and comes back has a number above all of
 * its ranges, so none of them writes what is deleted here. With another routing the same id is another document.
 */
function departures({ departed }: Copy, situation: Situation): readonly ReindexAction[] {
  const waits = situation.spec.suspend || isFlooded(situation.destination);
  return departed || waits ? [] : lookUp('RemoveDepartures', situation);
}

function lookUp(
  type: 'Sweep' | 'RemoveDepartures',
  { source, destination }: Situation,
): readonly ReindexAction[] {
  if (!source || !destination) return [];
  return [{ type, target: targetOf(destination), page: pageOf(source.settings) }];
}

/**
 * One pass: what ended is booked, what vanished is put back, free places are filled with intents, and intents that are
 * in status are sent. An intent whose answer was lost is found again by its opaque id, or sent once more: a duplicate
 * writes the same content.
 */
export function copyRanges(situation: Situation, journal: Copy): Step {
  const failure = failureIn(situation);
  if (failure) return failure;
  const { now, observed } = situation;
  const read = withLag(bookedJournal(journal, situation), observed.shards ?? [], now);
  // On a full disk there is nothing to learn of how many tasks are best.
  const booked = isFlooded(situation.destination)
    ? read
    : withPace(read, completedOf(read), situation.spec, now);
  const filled = situation.spec.suspend ? booked : withIntents(booked, situation.spec, situation.now);
  const sent = sends(booked, situation);
  const actions = [
    ...departures(booked, situation),
    ...isolations(booked, situation),
    ...sent,
    ...rethrottles(booked, situation),
    ...flush(booked, situation),
    ...renew(booked, situation),
    ...refreshes(filled, situation),
  ];
  const moreToSend =
    filled.running.length > booked.running.length && freePlaces(booked, situation) > sent.length;
  const next = { ...situation, status: { ...situation.status, copy: filled } };
  const isAtOnce =
    moreToSend || actions.some((action) => isFollowedUp(action, journal)) || isRoundComplete(filled);
  return report(next, { actions, next: isAtOnce ? 'now' : pollMs(next) });
}

const FOLLOWED_UP: ReadonlySet<ReindexAction['type']> = new Set(['IsolateFailures', 'RemoveDepartures']);

/** A task takes its time; what these find or change is looked at again at once. A second flush changes nothing. */
function isFollowedUp({ type }: ReindexAction, { lagSince }: Copy): boolean {
  return FOLLOWED_UP.has(type) || (type === 'Flush' && lagSince === undefined);
}

/** What the proof begins with, at once where writers wait: nothing of ours runs any more that could write. */
function refreshes(copy: Copy, { source, destination, observed }: Situation): readonly ReindexAction[] {
  const { complete, running } = observed.tasks;
  const isLast = copy.fenced && copy.hardened && isRoundComplete(copy) && complete && running.length === 0;
  if (!isLast || !source || !destination) return [];
  return [{ type: 'RefreshBoth', source: source.name, destination: destination.name }];
}

function waiting({ running }: Copy): Copy['running'] {
  return running.filter(({ task }) => task === undefined);
}

function freePlaces(copy: Copy, { spec }: Situation): number {
  return placesOf(copy, spec) - (copy.running.length - waiting(copy).length);
}

/** A task that starts on a red index fails at once, and one that is not listed may run unseen. */
function mayStart({ observed, spec, destination }: Situation): boolean {
  const { tasks, health } = observed;
  return (
    !spec.suspend &&
    !isFlooded(destination) &&
    tasks.complete &&
    health !== undefined &&
    health.source !== 'red' &&
    health.destination !== 'red'
  );
}

/** Some failures are for good: the script, a privilege, a part that never ends well, more bad documents than allowed. */
function failureIn(situation: Situation): Step | undefined {
  for (const [task, outcome] of Object.entries(situation.observed.outcomes)) {
    if (outcome.type === 'failed') return fail(situation, outcome.reason, outcome.message);
    if (outcome.type === 'repeat' && isLastTry(situation, task)) return failRepeated(situation, outcome.why);
    if (outcome.type === 'documentFailures' && (!canIsolate(situation) || isLastTry(situation, task)))
      return failDocuments(situation, outcome.failures);
  }
  return tooManyBad(situation);
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
  const [first] = failures;
  const listed = listedFailures(failures);
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
function isolations(copy: Copy, situation: Situation): readonly ReindexAction[] {
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

/** Only intents that were in status before this pass: a crash between the two must not lose one. */
function sends(copy: Copy, situation: Situation): readonly ReindexAction[] {
  if (!mayStart(situation) || pauseMs(copy, situation.now) > 0) return [];
  const next = waiting(copy).slice(0, Math.max(freePlaces(copy, situation), 0));
  return next.map((range) => ({
    type: 'StartRange',
    range: { ...range, term: termOf(copy, range) },
    body: rangeRequest(situation, range),
    opaqueId: rangeOpaqueId(situation.uid, situation.attempt, copy.round ?? 0, range),
    ...perTask(situation, copy),
  }));
}

function rethrottles(copy: Copy, situation: Situation): readonly ReindexAction[] {
  const wanted = perTask(situation, copy);
  return copy.running.flatMap((range) =>
    range.task !== undefined && range.requestsPerSecond !== wanted.requestsPerSecond
      ? [{ type: 'Rethrottle', range: bounds(range), task: range.task, ...wanted } as const]
      : [],
  );
}

/** The limit is for the whole request: its tasks share it. Under the write block writers wait, and nothing is slowed. */
function perTask({ spec }: Situation, copy: Copy): { readonly requestsPerSecond?: number } {
  const limit = spec.throttle?.requestsPerSecond;
  if (limit === undefined || (copy.fenced && spec.writeMode === 'Online')) return {};
  const tasks = Math.min(copy.running.length, placesOf(copy, spec));
  return { requestsPerSecond: Math.max(1, Math.floor(limit / Math.max(tasks, 1))) };
}

/** At the end of a round nobody may write any more, and a translog that is flushed late would hold it up for ever. */
function flush(copy: Copy, { observed, source, now }: Situation): readonly ReindexAction[] {
  if (!needsFlush(source?.settings, ageMs(copy.lagSince, now))) return [];
  if (!source || !hangsBack(copy, observed.shards ?? []) || !isCovered(copy)) return [];
  return [{ type: 'Flush', target: targetOf(source) }];
}

/** Elasticsearch lets go of a point in time that nobody has used for an hour. */
const RENEW_AFTER_MS = 10 * 60_000;

export function renew({ pit, pitTime }: Copy, { now }: Situation): readonly ReindexAction[] {
  if (pit === undefined || pitTime === LOST_SINCE || isRecent(pitTime, RENEW_AFTER_MS, now)) return [];
  return [{ type: 'RenewPointInTime', pit }];
}
