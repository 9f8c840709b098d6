import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { Readiness } from '../../../runtime/controller.ts';
import type { ReindexAction } from '../actions.ts';
import { rangeOpaqueId } from '../names.ts';
import type { Counts, DocumentFailure, TaskOutcome } from '../observed.ts';
import { copyPercent, rate, remainingMs, roughDuration, withSample } from '../progress.ts';
import { allDone, nextRanges, type Range, withDone } from '../ranges.ts';
import { rangeRequest } from '../requests.ts';
import type { Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step, time } from '../step.ts';
import { copyMessage } from './fencing.ts';

type Copy = NonNullable<ReindexRequestStatus['copy']>;
type Running = Copy['running'][number];

/** At the most, after a cluster has asked for less. */
const LONGEST_PAUSE_MS = 60_000;
const MOST_FAILURES_LISTED = 10;

/**
 * One pass: what ended is booked, what vanished is put back, free places are filled with intents, and intents that are
 * in status are sent. An intent whose answer was lost is found again by its opaque id, or sent once more: a duplicate
 * writes the same content.
 */
export function copy(situation: Situation): Step {
  const failure = failureIn(situation);
  if (failure) return failure;
  const journal = situation.status.copy;
  if (!journal)
    return fail(situation, 'SourceChanged', 'the journal of the copy is gone from status; retry begins anew');
  const booked = book(journal, situation);
  const adopted = { ...booked, running: booked.running.map((range) => adopt(range, situation)) };
  const filled = fill(adopted, situation);
  const fresh = { ...situation, status: { ...situation.status, copy: filled } };
  const actions = mayStart(situation) ? sends(adopted, situation) : [];
  return report(
    fresh,
    [...actions, ...rethrottles(adopted, situation)],
    filled.running.length > adopted.running.length,
  );
}

/** A task that starts on a red index fails at once, and one that is not listed may run unseen. */
function mayStart({ observed }: Situation): boolean {
  const { tasks, health } = observed;
  return tasks.complete && health !== undefined && health.source !== 'red' && health.destination !== 'red';
}

/** Some failures are for good: the script, the mapping, a document that cannot be written. */
function failureIn(situation: Situation): Step | undefined {
  for (const [task, outcome] of Object.entries(situation.observed.outcomes)) {
    if (outcome.type === 'failed') return fail(situation, outcome.reason, outcome.message);
    if (outcome.type === 'repeat' && isLastTry(situation, task)) return failRepeated(situation, outcome.why);
    if (outcome.type === 'documentFailures') return failDocuments(situation, outcome.failures);
  }
  return undefined;
}

/** With pauses of up to a minute between them these are some seven minutes: writers are waiting for an end. */
const MOST_TRIES = 12;

function isLastTry({ status }: Situation, task: string): boolean {
  const range = status.copy?.running.find((running) => running.task === task);
  return range !== undefined && range.try + 1 >= MOST_TRIES;
}

function failRepeated(situation: Situation, why: string): Step {
  const message = `a part of the copy was begun ${MOST_TRIES} times and never ended well (last: ${why}); no alias was moved: see the health of the cluster, then retry`;
  return fail(situation, 'NoProgress', message);
}

function failDocuments(situation: Situation, failures: readonly DocumentFailure[]): Step {
  const [first] = failures;
  const message = `${failures.length} documents could not be written to ${situation.spec.destination.index}, the first is ${first?.id} (${first?.type}); status.failures lists ${Math.min(failures.length, MOST_FAILURES_LISTED)} of them: correct the documents, the mapping or the script`;
  return fail(situation, 'DocumentFailures', message, {
    failures: failures.slice(0, MOST_FAILURES_LISTED).map(trimmed),
  });
}

function trimmed({ index, id, status, type, reason }: DocumentFailure) {
  return {
    index: index.slice(0, 255),
    id: id.slice(0, 512),
    status,
    type: type.slice(0, 255),
    reason: reason.slice(0, 1024),
  };
}

function book(journal: Copy, { observed, now }: Situation): Copy {
  return journal.running.reduce<Copy>((copy, range) => {
    const outcome = range.task === undefined ? undefined : observed.outcomes[range.task];
    return outcome ? booked(copy, range, outcome, now) : copy;
  }, journal);
}

function booked(copy: Copy, range: Running, outcome: TaskOutcome, now: number): Copy {
  if (outcome.type === 'running')
    return {
      ...copy,
      running: replaced(copy, range, {
        ...range,
        total: outcome.counts.total,
        completed: processed(outcome.counts),
      }),
    };
  if (outcome.type === 'copied')
    return {
      ...without(copy, range),
      done: withDone(copy.done, bounds(range)),
      sums: added(copy.sums, outcome.counts),
    };
  const again = { ...bounds(range), try: range.try + 1 };
  const pause = Math.min(SOON_MS * 2 ** Math.min(range.try, 10), LONGEST_PAUSE_MS);
  return {
    ...copy,
    running: replaced(copy, range, again),
    retries: (copy.retries ?? 0) + 1,
    ...(outcome.type === 'repeat' ? { lastRetry: outcome.why.slice(0, 255) } : {}),
    pausedUntil: time(now + pause),
  };
}

function replaced(copy: Copy, range: Running, by: Running): readonly Running[] {
  return copy.running.map((other) => (other === range ? by : other));
}

function without(copy: Copy, range: Running): Copy {
  return { ...copy, running: copy.running.filter((other) => other !== range) };
}

function bounds({ shard, from, to }: Range): Range {
  return { shard, from, to };
}

function added(sums: Copy['sums'], counts: Counts): Copy['sums'] {
  return {
    created: sums.created + counts.created,
    updated: sums.updated + counts.updated,
    noops: sums.noops + counts.noops,
    deleted: sums.deleted + counts.deleted,
    versionConflicts: sums.versionConflicts + counts.versionConflicts,
    batches: sums.batches + counts.batches,
  };
}

function processed({
  created,
  updated,
  noops,
  deleted,
}: Pick<Counts, 'created' | 'updated' | 'noops' | 'deleted'>): number {
  return created + updated + noops + deleted;
}

function adopt(range: Running, { uid, attempt, observed }: Situation): Running {
  if (range.task !== undefined) return range;
  const task = observed.tasks.running.find(({ opaqueId }) => opaqueId === rangeOpaqueId(uid, attempt, range));
  return task ? { ...range, task: task.id } : range;
}

function fill(copy: Copy, { spec, now }: Situation): Copy {
  if (copy.pausedUntil !== undefined && Date.parse(copy.pausedUntil) > now) return copy;
  const { pausedUntil: _over, lastRetry: _reason, ...rest } = copy;
  const places = (spec.throttle?.maxParallel ?? copy.parallel ?? 1) - copy.running.length;
  const next = nextRanges(copy.shards, copy.done, copy.running, places);
  return { ...rest, running: [...copy.running, ...next.map((range) => ({ ...range, try: 0 }))] };
}

/** Only intents that were in status before this pass: a crash between the two must not lose one. */
function sends(copy: Copy, situation: Situation): readonly ReindexAction[] {
  const paused = copy.pausedUntil !== undefined && Date.parse(copy.pausedUntil) > situation.now;
  const waiting = paused ? [] : copy.running.filter(({ task }) => task === undefined);
  return waiting.map((range) => ({
    type: 'StartRange',
    range,
    body: rangeRequest(situation, range),
    opaqueId: rangeOpaqueId(situation.uid, situation.attempt, range),
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

/** The limit is for the whole request: its tasks share it. */
function perTask({ spec }: Situation, copy: Copy): { readonly requestsPerSecond?: number } {
  const limit = spec.throttle?.requestsPerSecond;
  return limit === undefined
    ? {}
    : { requestsPerSecond: Math.max(1, Math.floor(limit / Math.max(copy.running.length, 1))) };
}

function report(situation: Situation, actions: readonly ReindexAction[], moreToSend: boolean): Step {
  const { status, now } = situation;
  const journal = status.copy;
  const total = status.progress?.total ?? 0;
  const completed = completedOf(journal);
  const figures =
    journal && allDone(journal.shards, journal.done)
      ? { message: `Total: ${total} Completed: ${completed}` }
      : moving(situation, completed, total);
  const samples = withSample(parsed(journal), { at: now, completed });
  return step(situation, {
    phase: 'Copying',
    message: copyMessage(situation),
    ...paused(situation),
    ...(journal
      ? {
          status: {
            ...status,
            copy: {
              ...journal,
              samples: samples.map(({ at, completed: sum }) => ({ time: time(at), completed: sum })),
            },
          },
        }
      : {}),
    percent: figures.message.startsWith('[') ? copyPercent(completed, total) : 91,
    progress: { ...figures, total, completed, ...sumsOf(journal), updatedTime: time(now) },
    actions,
    next: moreToSend || actions.length > 0 ? 'now' : pollMs(situation),
  });
}

/** While a range waits to be repeated, the reason is for whoever looks. */
function paused(situation: Situation): { readonly ready?: Readiness } {
  const { pausedUntil, lastRetry } = situation.status.copy ?? {};
  if (pausedUntil === undefined) return {};
  const message = `${copyMessage(situation)}: a part is begun again (${lastRetry ?? 'its task is gone'})`;
  return { ready: { type: 'reconciling', reason: 'TaskLost', message } };
}

/** A short copy is watched closely, so that no place stays empty; a long one costs few status writes. */
function pollMs({ status, now }: Situation): number {
  const elapsed = now - Date.parse(status.copy?.startTime ?? time(now));
  if (elapsed < 10_000) return SOON_MS / 4;
  return elapsed < 60_000 ? SOON_MS : SOON_MS * 2;
}

function completedOf(journal: Copy | undefined): number {
  if (!journal) return 0;
  return processed(journal.sums) + journal.running.reduce((sum, { completed }) => sum + (completed ?? 0), 0);
}

function sumsOf(journal: Copy | undefined) {
  if (!journal) return {};
  const { batches: _batches, ...sums } = journal.sums;
  return sums;
}

function parsed(journal: Copy | undefined) {
  return (journal?.samples ?? []).map(({ time: at, completed }) => ({ at: Date.parse(at), completed }));
}

function moving({ status, spec, now }: Situation, completed: number, total: number) {
  const perSecond = rate(parsed(status.copy), { at: now, completed });
  const left = remainingMs(completed, total, perSecond);
  return {
    message: `[${spec.destination.index}] Total: ${total} Completed: ${completed} VersionConflicts: ${status.copy?.sums.versionConflicts ?? 0}`,
    ...(perSecond === undefined ? {} : { documentsPerSecond: perSecond }),
    ...(left === undefined ? {} : { remaining: roughDuration(left), eta: time(now + left) }),
  };
}
