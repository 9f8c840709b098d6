import type { ReindexAction } from '../actions.ts';
import { cancelStrays, targetOf } from '../changes.ts';
import { isFlooded } from '../disk-space.ts';
import { bookedJournal, hangsBack, isCovered, withIntents } from '../journal.ts';
import { lagWaitMs, needsFlush, withLag } from '../lag.ts';
import { ageMs, isRecent } from '../moments.ts';
import { withPace } from '../pace.ts';
import { pageOf } from '../page.ts';
import { type Copy, isRoundComplete, LOST_SINCE } from '../rounds.ts';
import type { Prepared, Situation } from '../situation.ts';
import { isFenced } from '../write-block.ts';
import { AT_ONCE_MS, type Step } from '../step.ts';
import { refuseChangedPipeline } from './changed-pipeline.ts';
import { refuseChangedProgram } from './changed-program.ts';
import { completedOf } from './copy-figures.ts';
import { pollMs, report } from './copy-report.ts';
import { failureIn, isolations } from './failed-tasks.ts';
import { freePlaces, openEntrance, rethrottles, sends } from './range-tasks.ts';

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
  // First: what it does to documents is not to be blamed on them.
  const failure = refuseChangedProgram(situation) ?? refuseChangedPipeline(situation) ?? failureIn(situation);
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
    ...openEntrance(situation),
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

const FOLLOWED_UP: ReadonlySet<ReindexAction['type']> = new Set([
  'AddAlias',
  'IsolateFailures',
  'RemoveDepartures',
]);

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
