import { isDeepStrictEqual } from 'node:util';
import type { Readiness } from '../../../runtime/controller.ts';
import { counted } from '../../counted.ts';
import { floodMessage, isFlooded } from '../disk-space.ts';
import { isCovered, pauseMs, processed } from '../journal.ts';
import { lagWaitMs, MOST_UNDER_BLOCK_MS } from '../lag.ts';
import { copyPercent, rate, remainingMs, roughDuration, withSample } from '../progress.ts';
import { type Copy, isRoundComplete } from '../rounds.ts';
import { isBlockFirst, type Situation } from '../situation.ts';
import { ageMs, time } from '../moments.ts';
import { AT_ONCE_MS, type Phase, SOON_MS, type Step, step, type StepOptions } from '../step.ts';

/** What people see of a round; the stages add what they do. */
export function report(
  situation: Situation,
  options: Pick<StepOptions, 'actions' | 'next' | 'idleMs' | 'status'>,
  inPhase?: Phase,
): Step {
  const status = options.status ?? situation.status;
  const fresh = { ...situation, status };
  const phase = inPhase ?? phaseOf(fresh);
  const common = {
    phase,
    message: copyMessage(situation),
    ...(whileUnhealthy(fresh) ?? whilePaused(fresh)),
    next: pollMs(fresh),
    ...options,
  };
  if (isFlooded(situation.destination))
    return step(situation, { ...common, ...asTheyWere(fresh), next: FULL_DISK_MS });
  return step(situation, {
    ...common,
    ...(phase === 'Copying' ? copyFigures(fresh) : catchUpFigures(fresh)),
  });
}

/** A full disk takes its time, and where it is etcd's as well, a write of status in each pass would take what is left. */
const FULL_DISK_MS = 5_000;

/** Nothing moves until somebody frees space, also in a task that Elasticsearch keeps trying: that is said once. */
function asTheyWere({ status }: Situation): Pick<StepOptions, 'status' | 'progress'> {
  return { status, ...(status.progress ? { progress: status.progress } : {}) };
}

/** Round 0 is the copy, the rounds after it catch up, the last one under the block reconciles. */
function phaseOf(situation: Situation): Phase {
  const { copy, fence } = situation.status;
  const isFirst = (copy?.round ?? 0) === 0 && !copy?.sealed;
  if (fence && !isBlockFirst(situation)) return 'Reconciling';
  return isFirst ? 'Copying' : 'CatchingUp';
}

function copyFigures(situation: Situation) {
  const { status } = situation;
  const journal = status.copy;
  const total = status.progress?.total ?? 0;
  const completed = completedOf(journal);
  const isCopied = journal !== undefined && isCovered(journal);
  const figures = isCopied
    ? { message: `Total: ${total} Completed: ${completed}` }
    : moving(situation, completed, total);
  return {
    ...withSamples(situation, completed),
    percent: isCopied ? 91 : copyPercent(completed, total),
    progress: read({ ...figures, total, completed, ...sumsOf(journal) }, situation),
  };
}

function withSamples({ status, now }: Situation, completed: number) {
  const journal = status.copy;
  if (!journal) return { status };
  const samples = withSample(parsed(journal), { at: now, completed });
  const kept = samples.map(({ at, completed: sum }) => ({ time: time(at), completed: sum }));
  return { status: { ...status, copy: { ...journal, samples: kept } } };
}

/** A series says in its message which of its indexes it is. */
const NOT_READ: ReadonlySet<string> = new Set(['updatedTime', 'message']);

/** Figures that are as they were are no reason to write a status. */
function read<Figures extends object>(figures: Figures, { status, now }: Situation) {
  const { updatedTime, ...before } = status.progress ?? {};
  const isSame = Object.entries(figures).every(
    ([key, value]) => NOT_READ.has(key) || isDeepStrictEqual(value, before[key as keyof typeof before]),
  );
  return { ...figures, updatedTime: isSame && updatedTime !== undefined ? updatedTime : time(now) };
}

/** 92 to 96 percent: one more for each round, never to the end before writers wait. */
function catchUpFigures(situation: Situation) {
  const { status } = situation;
  const round = status.copy?.round ?? 0;
  const percent = status.fence ? 97 : Math.min(91 + Math.max(round, 1), 96);
  return {
    status: { ...status, catchUpRounds: round },
    percent,
    progress: read(
      { ...status.progress, message: roundMessage(status.copy), ...sumsOf(status.copy) },
      situation,
    ),
  };
}

/** Until the first round begins, the operations that are known are those of the copy itself. */
function roundMessage({ round = 0, operations = 0 }: Partial<Copy> = {}): string {
  const catchingUp = 'catching up with what was written meanwhile';
  if (round === 0) return catchingUp;
  return `${catchingUp}, round ${round}${operations > 0 ? `: ${counted(operations, 'operation')}` : ''}`;
}

/** Nothing is begun on a red index, nor where a task may run unseen: a copy that stands still says what it waits for. */
function whileUnhealthy(situation: Situation): { readonly ready: Readiness } | undefined {
  const { copy } = situation.status;
  if (isFlooded(situation.destination) || !copy || isRoundComplete(copy)) return undefined;
  const why = copy.running.some(({ task }) => task !== undefined) ? undefined : ailment(situation);
  if (why === undefined) return undefined;
  const message = `${copyMessage(situation)}: no part starts ${why}`;
  return { ready: { type: 'reconciling', reason: 'WaitingForHealth', message } };
}

function ailment({ observed: { health, tasks }, source, destination }: Situation): string | undefined {
  const red = [
    ...(health?.source === 'red' ? [source?.name] : []),
    ...(health?.destination === 'red' ? [destination?.name] : []),
  ];
  if (red.length > 0)
    return `while ${red.join(' and ')} ${red.length > 1 ? 'are' : 'is'} red: GET _cluster/allocation/explain says what keeps a shard from starting`;
  return tasks.complete
    ? undefined
    : 'until every node has said which tasks it runs: GET _cat/nodes and the log of Elasticsearch say which one does not answer';
}

/** While a range waits to be repeated, the reason is for whoever looks. */
function whilePaused(situation: Situation): { readonly ready?: Readiness } {
  const { destination, spec } = situation;
  if (isFlooded(destination))
    return {
      ready: { type: 'reconciling', reason: 'DiskFull', message: floodMessage(spec.destination.index) },
    };
  const { pausedUntil, lastRetry, forbidden } = situation.status.copy ?? {};
  if (pausedUntil === undefined) return {};
  if (forbidden)
    return { ready: { type: 'reconciling', reason: 'MissingPrivileges', message: lastRetry ?? '' } };
  const message = `${copyMessage(situation)}: a part is started again (${lastRetry ?? 'its task is gone'})`;
  return { ready: { type: 'reconciling', reason: 'TaskLost', message } };
}

/**
 * How soon to look again. Whoever follows a task hears of its end at once; this is for people, who watch figures move,
 * and for whoever cannot be told. A long copy costs few looks and status writes.
 */
export function pollMs({ status, now }: Situation): number {
  const { fenced, round = 0, running = [], startTime = time(now), lagSince } = status.copy ?? {};
  const isLast = fenced === true && round > 0;
  const isAtWork = running.some(({ task }) => task !== undefined);
  const pause = pauseMs(status.copy, now);
  // The cluster has asked for less: questions are a load as well.
  if (pause > 0 && !isAtWork) return isLast ? Math.min(pause, MOST_UNDER_BLOCK_MS) : pause;
  if (isLast) return isAtWork ? UNDER_BLOCK_MS : AT_ONCE_MS;
  // Everything is copied, and has only to prove that it counts.
  if (status.copy !== undefined && running.length === 0)
    return lagSince === undefined ? SOON_MS / 10 : lagWaitMs(ageMs(lagSince, now));
  const elapsed = now - Date.parse(startTime);
  return elapsed < 60_000 ? SOON_MS : elapsed < 600_000 ? 2 * SOON_MS : 5 * SOON_MS;
}

/** Writers wait, should the end of a task not be heard of. */
const UNDER_BLOCK_MS = 200;

export function completedOf(journal: Copy | undefined): number {
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

function copyMessage({ spec, status }: Situation): string {
  return `copying ${status.source?.index ?? spec.source.index} to ${spec.destination.index}`;
}
