import { isDeepStrictEqual } from 'node:util';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { counted } from '../../counted.ts';
import { added, isCovered, processed } from '../journal.ts';
import { time } from '../moments.ts';
import { copyPercent, rate, remainingMs, roughDuration, withinLimit, withSample } from '../progress.ts';
import type { Copy } from '../rounds.ts';
import type { Situation } from '../situation.ts';
import { ailment } from './ailment.ts';
import { speedLimit } from './range-tasks.ts';

/** The figures of the copy itself, which people watch. */
export function copyFigures(situation: Situation) {
  const { status } = situation;
  const journal = status.copy;
  const total = status.progress?.total ?? 0;
  const completed = completedOf(journal);
  const isCopied = journal !== undefined && isCovered(journal);
  const sums = sumsOf(situation);
  const figures = isCopied
    ? { message: `Total: ${total} Completed: ${completed}` }
    : moving(situation, { ...sums, completed, total });
  return {
    ...withSamples(situation, completed),
    percent: isCopied ? 91 : copyPercent(completed, total),
    progress: read({ ...figures, total, completed, ...sums }, situation),
  };
}

function withSamples(situation: Situation, completed: number) {
  const { status, now } = situation;
  const journal = status.copy;
  if (!journal) return { status };
  const samples = isHeldUp(situation) ? [] : withSample(parsed(journal), { at: now, completed });
  const kept = samples.map(({ at, completed: sum }) => ({ time: time(at), completed: sum }));
  return { status: { ...status, copy: { ...journal, samples: kept } } };
}

/** A series says in its message which of its indexes it is. */
const NOT_READ: ReadonlySet<string> = new Set(['updatedTime', 'message']);

/** Figures that are as they were are no reason to write a status. */
function read<Shown extends object>(figures: Shown, { status, now }: Situation) {
  const { updatedTime, ...before } = status.progress ?? {};
  const isSame = Object.entries(figures).every(
    ([key, value]) => NOT_READ.has(key) || isDeepStrictEqual(value, before[key as keyof typeof before]),
  );
  return { ...figures, updatedTime: isSame && updatedTime !== undefined ? updatedTime : time(now) };
}

/** 92 to 96 percent: one more for each round, never to the end before writers wait. */
export function catchUpFigures(situation: Situation) {
  const { status } = situation;
  const round = status.copy?.round ?? 0;
  const percent = status.fence ? 97 : Math.min(91 + Math.max(round, 1), 96);
  const figures = { ...grown(status.progress, sumsOf(situation)), message: roundMessage(status.copy) };
  return { status: { ...status, catchUpRounds: round }, percent, progress: read(figures, situation) };
}

type Progress = NonNullable<ReindexRequestStatus['progress']>;

/** By the documents that have come since the last look. One that is written again is the same document. */
function grown(before: Partial<Progress> = {}, sums: Pick<Progress, 'created'>) {
  const more = (sums.created ?? 0) - (before.created ?? 0);
  const completed = Math.max(0, (before.completed ?? 0) + more);
  return { ...before, ...sums, completed, total: Math.max(before.total ?? 0, completed) };
}

/** Until the first round begins, the operations that are known are those of the copy itself. */
function roundMessage({ round = 0, operations = 0 }: Partial<Copy> = {}): string {
  const catchingUp = 'catching up with what was written meanwhile';
  if (round === 0) return catchingUp;
  return `${catchingUp}, round ${round}${operations > 0 ? `: ${counted(operations, 'operation')}` : ''}`;
}

interface Figures {
  readonly completed: number;
  readonly total: number;
  readonly versionConflicts?: number;
}

function moving(situation: Situation, { completed, total, versionConflicts = 0 }: Figures) {
  const { spec, now } = situation;
  const { perSecond, likely } = speed(situation, completed);
  const left = remainingMs(completed, total, likely);
  return {
    message: `[${spec.destination.index}] Total: ${total} Completed: ${completed} VersionConflicts: ${versionConflicts}`,
    ...(perSecond === undefined ? {} : { documentsPerSecond: perSecond }),
    ...(left === undefined ? {} : { remaining: roughDuration(left), eta: time(now + left) }),
  };
}

/** What was measured, and what is to be expected. */
function speed(situation: Situation, completed: number) {
  const { copy } = situation.status;
  if (!copy || isHeldUp(situation)) return {};
  const perSecond = rate(parsed(copy), { at: situation.now, completed });
  const likely = withinLimit(perSecond, speedLimit(situation, copy));
  return { perSecond: perSecond && likely, likely };
}

/** Such a time says nothing of how fast the copy is: it is measured anew when that goes on. */
function isHeldUp(situation: Situation): boolean {
  const { pausedUntil, running = [] } = situation.status.copy ?? {};
  const isAtWork = running.some(({ task }) => task !== undefined);
  return (pausedUntil !== undefined && !isAtWork) || ailment(situation) !== undefined;
}

export function completedOf(journal: Copy | undefined): number {
  if (!journal) return 0;
  return processed(journal.sums) + journal.running.reduce((sum, { completed }) => sum + (completed ?? 0), 0);
}

/** Like `completed`, with what running tasks have done so far. */
function sumsOf({ status: { copy }, observed: { outcomes } }: Situation) {
  if (!copy) return {};
  const { batches: _batches, ...sums } = copy.running.reduce((all, { task = '' }) => {
    const outcome = outcomes[task];
    return outcome?.type === 'running' ? added(all, outcome.counts) : all;
  }, copy.sums);
  return sums;
}

function parsed(journal: Copy | undefined) {
  return (journal?.samples ?? []).map(({ time: at, completed }) => ({ at: Date.parse(at), completed }));
}
