import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { leftErrors } from './error-index.ts';
import { lackMessage } from './refused-settings.ts';
import { withNotes } from './series-notes.ts';
import { paceOf, seriesForecast } from './series-pace.ts';
import type { Step } from './step.ts';

type Series = NonNullable<ReindexRequestStatus['series']>;

/** What the copy of one index says, as a part of its series. */
export function withinSeries(resource: ReindexRequest, part: Step, now: number): Step {
  const series = resource.status?.series;
  if (!series) return part;
  const isDone = part.status.phase === 'Completed' || part.status.phase === 'Planned';
  if (!isDone && !isPassedOver(part)) return underWay(resource, series, part, now);
  return part.status.locks ? unlocked(resource, part) : partOver(resource, part, isDone);
}

/** Its stage has found nothing to copy, and has moved on in the series. A retry forgets the series altogether. */
function isPassedOver({ status: { series } }: Step): boolean {
  return series !== undefined && series.current === undefined;
}

function underWay(resource: ReindexRequest, series: Series, part: Step, now: number): Step {
  const { status } = part;
  const own = status.progress?.percent ?? 0;
  const percent = overall(resource, series.completed, series.total, own);
  const { pace: _pace, ...before } = series;
  const measured = { ...before, ...paceOf(series, part, own, now), percent: own };
  const progress = status.progress && {
    ...status.progress,
    ...seriesForecast(measured, status.progress, now),
    percent,
    display: `${percent}%`,
    message: inSeries(series, status.progress.message),
  };
  return {
    ...part,
    status: {
      ...status,
      startTime: resource.status?.startTime ?? status.startTime,
      series: measured,
      ...(progress ? { progress } : {}),
    },
    ready: notReady(part, inSeries(series, part.ready.message)),
    conditions: (part.conditions ?? []).filter(({ type }) => type !== 'Complete'),
  };
}

/** The series is neither complete nor ready before its last index is, also while the present one serves already. */
function notReady({ ready }: Step, message: string): Step['ready'] {
  return ready.type === 'ready' ? inProgress(message) : { ...ready, message };
}

function inProgress(message: string): Step['ready'] {
  return { type: 'reconciling', reason: 'InProgress', message };
}

/** What is over is said again in each pass. */
export function inSeries({ completed, total }: Series, message: string): string {
  const lead = `${completed + 1} of ${total}: `;
  return message.startsWith(lead) ? message : `${lead}${message}`;
}

/** Never less than before, also when indexes have come meanwhile. */
function overall({ status }: ReindexRequest, completed: number, total: number, percent: number): number {
  const now = Math.min(99, Math.floor((completed * 100 + percent) / Math.max(total, 1)));
  return Math.max(status?.progress?.percent ?? 0, now);
}

/** First its locks go: once the series has moved on, nobody knows of them. */
function unlocked({ status }: ReindexRequest, { status: { locks }, actions = [], ready }: Step): Step {
  return {
    status: { ...status, locks },
    ready: inProgress(ready.message),
    conditions: [],
    actions,
    next: 'now',
    holds: true,
  };
}

/** Of each index only what the end tells is remembered, else a long series would not fit into a status. */
function partOver(resource: ReindexRequest, part: Step, isDone: boolean): Step {
  const { remove: _remove, ...rest } = part;
  const series = isDone ? withPart(resource, part) : part.status.series;
  const { completed = 0, total = 0, last } = series ?? {};
  const percent = overall(resource, completed, total, 0);
  const done = resource.spec.dryRun ? 'checked' : 'done';
  const message = isDone
    ? `${completed} of ${total} indexes are ${done}, the last is ${last}`
    : part.ready.message;
  return {
    ...rest,
    status: {
      ...keptStatus(resource.status ?? {}),
      phase: 'Pending',
      series,
      progress: { percent, display: `${percent}%`, message },
    },
    ready: inProgress(message),
    conditions: [],
    next: 'now',
    // The plan of one index is not the end of the dry run.
    events: isDone && resource.spec.dryRun ? [] : (part.events ?? []),
  };
}

/** What is not of one index. */
function keptStatus(status: ReindexRequestStatus): ReindexRequestStatus {
  const { conditions, observedGeneration, startTime } = status;
  const { lastHandledRunNow, lastHandledRetry, lastHandledRollback, errorIndex } = status;
  const kept = {
    conditions,
    observedGeneration,
    startTime,
    lastHandledRunNow,
    lastHandledRetry,
    lastHandledRollback,
    errorIndex,
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

const NONE: Series = { total: 0, completed: 0 };

/** A sum of some of them would look like that of all. */
function withDocuments(before: number | undefined, more: number | undefined): Pick<Series, 'documents'> {
  return before === undefined || more === undefined ? {} : { documents: before + more };
}

function withPart({ spec, status }: ReindexRequest, part: Step): Series {
  const { current, destination, percent: _percent, documents, ...series } = status?.series ?? NONE;
  const { plan, progress, sourceKept, refusedSettings = [], writesAfterFence: lost = 0 } = part.status;
  const quarantined = (series.quarantined ?? 0) + (progress?.quarantined ?? 0);
  const writesAfterFence = (series.writesAfterFence ?? 0) + lost;
  const lack = lackMessage(destination ?? 'the copy', refusedSettings);
  const errors = destination && leftErrors(destination, part.status);
  const kept = [sourceKept, lack, errors].filter((note) => note !== undefined);
  const planned = (plan?.notes ?? []).map((note) => `${current}: ${note}`);
  return {
    ...series,
    completed: series.completed + 1,
    last: current,
    ...withDocuments(series.completed === 0 ? 0 : documents, progress?.completed),
    ...(quarantined > 0 ? { quarantined } : {}),
    ...(writesAfterFence > 0 ? { writesAfterFence } : {}),
    ...withNotes(series, spec.dryRun ? planned : kept),
  };
}
