import { isDeepStrictEqual } from 'node:util';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { counted } from '../../counted.ts';
import { added, isCovered, processed } from '../journal.ts';
import { time } from '../moments.ts';
import { copyPercent, rate, remainingMs, roughDuration, withSample } from '../progress.ts';
import type { Copy } from '../rounds.ts';
import type { Situation } from '../situation.ts';

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

function moving({ status, spec, now }: Situation, { completed, total, versionConflicts = 0 }: Figures) {
  const perSecond = rate(parsed(status.copy), { at: now, completed });
  const left = remainingMs(completed, total, perSecond);
  return {
    message: `[${spec.destination.index}] Total: ${total} Completed: ${completed} VersionConflicts: ${versionConflicts}`,
    ...(perSecond === undefined ? {} : { documentsPerSecond: perSecond }),
    ...(left === undefined ? {} : { remaining: roughDuration(left), eta: time(now + left) }),
  };
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
