import type { ReindexCounts } from '../../elasticsearch/reindex-result.ts';
import type { CopySpec } from './copy-request.ts';
import { isFlooded } from './disk-space.ts';
import { withFinality, withTerms } from './finality.ts';
import { leftMs, time } from './moments.ts';
import { rangeOpaqueId } from './names.ts';
import type { ShardFacts, TaskOutcome } from './observed.ts';
import { allDone, nextRanges, ofShard, type Range, withDone } from './ranges.ts';
import type { Copy } from './rounds.ts';
import type { Situation } from './situation.ts';

type Running = Copy['running'][number];

/** At the most, after a cluster has asked for less. */
const LONGEST_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
/** Until a person has given a privilege, which nobody tells. */
const ROLE_PAUSE_MS = 15_000;

/** The journal as it stands after what this pass has read: ended tasks are booked, found ones adopted, places filled. */
export function bookedJournal(journal: Copy, situation: Situation): Copy {
  const { outcomes, shards = [] } = situation.observed;
  const booked = journal.running.reduce<Copy>(
    (copy, range) => {
      const outcome = range.task === undefined ? undefined : outcomes[range.task];
      return outcome ? withOutcome(copy, range, outcome, situation) : copy;
    },
    withTerms(journal, shards),
  );
  const final = withFinality(booked, shards);
  return { ...final, running: final.running.map((range) => adopted(range, final, situation)) };
}

function withOutcome(copy: Copy, range: Running, outcome: TaskOutcome, situation: Situation): Copy {
  if (outcome.type === 'running') return withProgress(copy, range, outcome.counts);
  if (outcome.type === 'copied') return withCopied(copy, range, outcome.counts);
  // Its documents are looked into first; then it begins again without them.
  if (outcome.type === 'documentFailures') return copy;
  const isForbidden = outcome.type === 'forbidden';
  // Neither a full disk nor the role of the login is a fault of the range.
  const tries = isFlooded(situation.destination) || isForbidden ? range.try : range.try + 1;
  const pause = isForbidden
    ? ROLE_PAUSE_MS
    : Math.min(FIRST_PAUSE_MS * 2 ** Math.min(range.try, 10), LONGEST_PAUSE_MS);
  return {
    ...copy,
    running: replaced(copy, range, { ...bounds(range), try: tries, term: termOf(copy, range) }),
    retries: (copy.retries ?? 0) + 1,
    ...('why' in outcome ? { lastRetry: outcome.why.slice(0, 255) } : {}),
    ...(isForbidden ? { forbidden: true } : {}),
    pausedUntil: time(situation.now + pause),
    ...withLess(copy),
  };
}

/** Elasticsearch tries a batch again by itself when it is too busy for it: then fewer tasks are to come after this one. */
function withProgress(copy: Copy, range: Running, counts: ReindexCounts): Copy {
  const { retries = 0, total } = counts;
  const isRefused = retries > (range.refusals ?? 0);
  const refusals = retries > 0 ? { refusals: retries } : {};
  const running = replaced(copy, range, { ...range, ...refusals, total, completed: processed(counts) });
  return { ...copy, running, ...(isRefused ? withLess(copy) : {}) };
}

/** Less pressure from now on; it grows again with what succeeds. */
function withLess({ parallel }: Copy) {
  return parallel === undefined ? {} : { parallel: Math.max(1, Math.floor(parallel / 2)) };
}

/** Under the write block nothing can be rolled back any more; else the range still has to prove itself. */
function withCopied(copy: Copy, range: Running, counts: ReindexCounts): Copy {
  const rest = { ...without(copy, range), ...withMore(copy), sums: added(copy.sums, counts) };
  if (copy.fenced) return { ...rest, done: withDone(copy.done, bounds(range)) };
  const term = termOf(copy, range);
  // It began under another primary: what it did not see may never have been.
  if (range.term !== term) return rest;
  return { ...rest, provisional: [...(copy.provisional ?? []), bounds(range)] };
}

/** A range that begins now is compared with it when it ends. */
export function termOf({ shards }: Copy, { shard }: Range): number | undefined {
  return ofShard(shards, shard)?.primaryTerm;
}

/** Each part that ends well gives back one of the places that a refusal has taken. */
function withMore({ parallel, mostParallel }: Copy) {
  return parallel === undefined ? {} : { parallel: Math.min(parallel + 1, mostParallel ?? parallel) };
}

function replaced(copy: Copy, range: Running, by: Running): readonly Running[] {
  return copy.running.map((other) => (other === range ? by : other));
}

function without(copy: Copy, range: Running): Copy {
  return { ...copy, running: copy.running.filter((other) => other !== range) };
}

export function bounds({ shard, from, to }: Range): Range {
  return { shard, from, to };
}

export function added(sums: Copy['sums'], counts: ReindexCounts): Copy['sums'] {
  return {
    created: sums.created + counts.created,
    updated: sums.updated + counts.updated,
    noops: sums.noops + counts.noops,
    deleted: sums.deleted + counts.deleted,
    versionConflicts: sums.versionConflicts + counts.versionConflicts,
    batches: sums.batches + counts.batches,
  };
}

export function processed({
  created,
  updated,
  noops,
  deleted,
}: Pick<ReindexCounts, 'created' | 'updated' | 'noops' | 'deleted'>): number {
  return created + updated + noops + deleted;
}

/** No task has this throttle, so that one whose answer was lost is given that of now: it may have changed since. */
const UNKNOWN_THROTTLE = 0;

function adopted(range: Running, { round = 0 }: Copy, { uid, attempt, observed }: Situation): Running {
  if (range.task !== undefined) return range;
  const opaqueId = rangeOpaqueId(uid, attempt, round, range);
  const task = observed.tasks.running.find((running) => running.opaqueId === opaqueId);
  return task ? { ...range, task: task.id, requestsPerSecond: UNKNOWN_THROTTLE } : range;
}

/** How many tasks may run at the same time. */
export function placesOf(copy: Copy, { throttle }: Pick<CopySpec, 'throttle'>): number {
  return throttle?.maxParallel ?? copy.parallel ?? 1;
}

/** What status holds. */
const MOST_RUNNING = 64;

/**
 * Intents are in status before anything is sent. There is one ahead for each place, so that a pass that books the end of
 * a task sends the next one as well, and no place waits for a write of status.
 */
export function withIntents(copy: Copy, spec: Pick<CopySpec, 'throttle'>, now: number): Copy {
  if (pauseMs(copy, now) > 0) return copy;
  const { pausedUntil: _over, lastRetry: _reason, forbidden: _role, ...rest } = copy;
  const places = Math.min(2 * placesOf(copy, spec), MOST_RUNNING) - copy.running.length;
  const next = nextRanges(copy.shards, coveredBy(copy), copy.running, places);
  const intents = next.map((range) => ({ ...range, try: 0, term: termOf(copy, range) }));
  return { ...rest, running: [...copy.running, ...intents] };
}

/** What tasks have copied, whether it counts already or not. */
function coveredBy({ done, provisional = [] }: Copy): readonly Range[] {
  return [...done, ...provisional];
}

/** No range is left to be copied for the first time. */
export function isCovered(copy: Copy): boolean {
  return allDone(copy.shards, coveredBy(copy));
}

/** What is left of the pause after a refusal. */
export function pauseMs(copy: Copy | undefined, now: number): number {
  return leftMs(copy?.pausedUntil, LONGEST_PAUSE_MS, now);
}

/** True while some copied range has to be looked at again before it counts. */
export function needsFinality(copy: Copy | undefined): boolean {
  return (copy?.provisional ?? []).length > 0;
}

/** Shards whose checkpoint hangs back: an asynchronous translog moves it with a flush only. */
export function hangsBack(copy: Copy, facts: readonly ShardFacts[]): boolean {
  return (copy.provisional ?? []).some(({ shard, after }) => {
    const now = ofShard(facts, shard);
    return after !== undefined && now !== undefined && now.globalCheckpoint < after;
  });
}
