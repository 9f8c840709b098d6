import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { formatName, matchName, parseTemplate, type Template } from '../../naming/template.ts';
import { formatDuration } from '../../schedule/duration.ts';
import type { IndexMarks } from '../../elasticsearch/index-marks.ts';
import { wholeSeries } from './copy-request.ts';
import { markOf } from './destination.ts';
import { epochOf } from './names.ts';
import type { Observed } from './observed.ts';
import { plannedMessage } from './planned-message.ts';
import { isOver, type Situation, situationOf } from './situation.ts';
import { over } from './stages/over.ts';
import { shortened, type Step, step, time } from './step.ts';

/** One index of a series, and the one that it is copied to. */
export interface Partition {
  readonly source: string;
  readonly destination: string;
}

/** Those of the names that belong to the series, oldest first. Names that only look like it are left alone. */
export function partitionsOf(
  { source, destination }: ReindexRequest['spec'],
  names: readonly string[],
): readonly Partition[] {
  const [from, to] = [template(source.series), template(destination.series)];
  if (!from || !to) return [];
  const dated = names.flatMap((name) => {
    const start = matchName(from, name)?.date?.start;
    return start === undefined ? [] : [{ start, source: name, destination: formatName(to, { date: start }) }];
  });
  return dated
    .sort((a, b) => a.start - b.start || (a.source < b.source ? -1 : 1))
    .map(({ source: index, destination: copy }) => ({ source: index, destination: copy }));
}

/** Whether an index is one of the series of that template. */
export function isOfSeries(text: string, name: string): boolean {
  const parsed = template(text);
  return parsed !== undefined && matchName(parsed, name)?.date !== undefined;
}

function template(text: string | undefined): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text);
  return parsed?.ok ? parsed.template : undefined;
}

/** Also of one that has just been created; a retry walks through all of them again. */
export function hasLostJournal({ status }: Pick<ReindexRequest, 'status'>): boolean {
  return status?.series === undefined && status?.attempt === undefined;
}

interface Marks {
  readonly sources: readonly IndexMarks[];
  readonly copies: readonly IndexMarks[];
}

/**
 * The indexes are copied in their order, each to its end: the newest one with an epoch alias of this request, or a copy
 * with its mark, is where the series was, whatever has become of older ones and of their copies since.
 */
export function newestBegun(
  partitions: readonly Partition[],
  { sources, copies }: Marks,
  uid: string,
): string | undefined {
  const held = sources.filter(({ aliases }) => aliases.some((alias) => epochOf(alias, uid) !== undefined));
  const made = copies.filter(({ meta }) => markOf({ _meta: meta })?.uid === uid);
  const names = new Set([...held, ...made].map(({ name }) => name));
  return partitions.findLast(({ source, destination }) => names.has(source) || names.has(destination))
    ?.source;
}

/** Between two indexes: the next one, or the end. */
export function nextPartition(resource: ReindexRequest, observed: Observed, now: number): Step {
  const situation = situationOf(wholeSeries(resource), observed, now);
  const { status, spec } = situation;
  if (isOver(status.phase)) return over(situation);
  const found = whereItWas(observed);
  // Before all else: it may hold something, which is let go by whoever knows that it does.
  if (found) return begin(situation, found.partition, found.total, found.completed);
  if (resource.metadata.deletionTimestamp || spec.cancel) return cancelled(situation);
  if (spec.suspend) return suspended(situation);
  const partitions = observed.partitions ?? [];
  const { last, completed = 0 } = status.series ?? {};
  if (partitions.length === 0 && completed === 0) return noneFound(situation);
  const left = last === undefined ? partitions : laterThan(resource.spec, partitions, last);
  const [next] = left;
  return next ? begin(situation, next, completed + left.length) : complete(situation, completed);
}

/** A journal that was lost begins again where the marks say that it was. */
function whereItWas({ partitions = [], newestBegun: source }: Observed) {
  const completed = partitions.findIndex((one) => one.source === source);
  const partition = partitions[completed];
  return partition && { partition, completed, total: partitions.length };
}

/** By the date in the name: the last one may be gone by now. */
function laterThan(
  { source }: ReindexRequest['spec'],
  partitions: readonly Partition[],
  last: string,
): readonly Partition[] {
  const from = template(source.series);
  const startOf = (name: string) => (from ? (matchName(from, name)?.date?.start ?? 0) : 0);
  return partitions.filter((one) => startOf(one.source) > startOf(last));
}

/** What the copy of one index says, as a part of its series. */
export function withinSeries(resource: ReindexRequest, part: Step): Step {
  const series = resource.status?.series;
  if (!series) return part;
  const { status } = part;
  const own = status.progress?.percent ?? 0;
  if (status.phase === 'Completed' || status.phase === 'Planned') return partDone(resource, part);
  const percent = overall(resource, series.completed, series.total, own);
  const progress = status.progress && {
    ...status.progress,
    percent,
    display: `${percent}%`,
    message: inSeries(series, status.progress.message),
  };
  return {
    ...part,
    status: {
      ...status,
      startTime: resource.status?.startTime ?? status.startTime,
      series: { ...series, percent: own },
      ...(progress ? { progress } : {}),
    },
    ready: { ...part.ready, message: inSeries(series, part.ready.message) },
    // The series is not complete before its last index is.
    conditions: (part.conditions ?? []).filter(({ type }) => type !== 'Complete'),
  };
}

type Series = NonNullable<ReindexRequestStatus['series']>;

/** What is over is said again in each pass. */
function inSeries({ completed, total }: Series, message: string): string {
  const lead = `${completed + 1} of ${total}: `;
  return message.startsWith(lead) ? message : `${lead}${message}`;
}

/** Never less than before, also when indexes have come meanwhile. */
function overall({ status }: ReindexRequest, completed: number, total: number, percent: number): number {
  const now = Math.min(99, Math.floor((completed * 100 + percent) / Math.max(total, 1)));
  return Math.max(status?.progress?.percent ?? 0, now);
}

/** Of each index only that it is done is remembered, else a long series would not fit into a status. */
function partDone(resource: ReindexRequest, part: Step): Step {
  const { series, startTime, conditions, observedGeneration, lastHandledRunNow, lastHandledRetry } =
    resource.status ?? {};
  const {
    current,
    destination: _destination,
    percent: _percent,
    ...rest
  } = series ?? { total: 0, completed: 0 };
  const completed = rest.completed + 1;
  const percent = overall(resource, completed, rest.total, 0);
  const done = resource.spec.dryRun ? 'checked' : 'done';
  const message = `${completed} of ${rest.total} indexes are ${done}, the last is ${current}`;
  const quarantined = (resource.status?.series?.quarantined ?? 0) + (part.status.progress?.quarantined ?? 0);
  return {
    ...part,
    status: {
      ...(conditions ? { conditions } : {}),
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      ...(lastHandledRunNow === undefined ? {} : { lastHandledRunNow }),
      ...(lastHandledRetry === undefined ? {} : { lastHandledRetry }),
      phase: 'Pending',
      startTime,
      series: {
        ...rest,
        completed,
        last: current,
        ...(quarantined > 0 ? { quarantined } : {}),
        ...(resource.spec.dryRun ? notesWith(rest.notes, current, part) : {}),
      },
      progress: { percent, display: `${percent}%`, message },
    },
    ready: { type: 'reconciling', reason: 'InProgress', message },
    conditions: [],
    next: 'now',
    events: part.events ?? [],
  };
}

const MOST_NOTES = 10;
const MOST_CHARACTERS = 1_000;

/** Of a dry run there is nothing else that stays: what the plans of its first indexes say. */
function notesWith(before: Series['notes'] = [], index: string | undefined, { status: { plan } }: Step) {
  const own = (plan?.notes ?? []).map((note) => shortened(`${index}: ${note}`, MOST_CHARACTERS));
  const notes = [...before, ...own].slice(0, MOST_NOTES);
  return notes.length > 0 ? { notes } : {};
}

function begin(
  situation: Situation,
  { source, destination }: Partition,
  total: number,
  completed = situation.status.series?.completed ?? 0,
): Step {
  const { status } = situation;
  const series = { time: time(situation.now), ...status.series, total, completed };
  const message = inSeries(series, `${source} to ${destination}`);
  return step(situation, {
    phase: 'Pending',
    message,
    status: { ...status, series: { ...series, current: source, destination, percent: 0 } },
    progress: { ...status.progress, message },
    next: 'now',
    holds: false,
  });
}

/** Nothing is copied, so nothing is complete. */
function planned(situation: Situation): Step {
  const { status } = situation;
  const message = plannedMessage(status);
  return step(situation, {
    phase: 'Planned',
    message,
    percent: 100,
    progress: { ...status.progress, message },
    ready: { type: 'ready', reason: 'Planned', message },
    next: 'changed',
    holds: false,
  });
}

function complete(situation: Situation, total: number): Step {
  const { status, spec, now } = situation;
  if (spec.dryRun) return planned(situation);
  const message = `Reindex complete: ${total} indexes of ${spec.source.index} are copied to ${spec.destination.index}`;
  const started = Date.parse(status.startTime ?? time(now));
  const { quarantined } = status.series ?? {};
  return step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...status,
      completionTime: time(now),
      endTime: time(now),
      duration: formatDuration(Math.max(0, now - started)),
    },
    progress: { ...status.progress, message, ...(quarantined ? { quarantined } : {}) },
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
}

function noneFound(situation: Situation): Step {
  const message = `no index is named like ${situation.spec.source.index}: correct spec.source.series in a new request, or create one and retry`;
  return ended(situation, 'Failed', 'PreflightFailed', message, {
    failure: { reason: 'PreflightFailed', message },
  });
}

function cancelled(situation: Situation): Step {
  const { completed = 0, total = 0 } = situation.status.series ?? {};
  const left = situation.spec.dryRun ? 'nothing was changed' : 'those are moved and stay so';
  const message = `cancelled after ${completed} of ${total} indexes; ${left}`;
  return ended(situation, 'Cancelled', 'Cancelled', message);
}

function ended(
  situation: Situation,
  phase: 'Failed' | 'Cancelled',
  reason: string,
  message: string,
  more: ReindexRequestStatus = {},
): Step {
  const { status, now } = situation;
  return step(situation, {
    phase,
    message,
    status: { ...status, ...more, endTime: time(now) },
    progress: { ...status.progress, message },
    ready: { type: 'stalled', reason, message },
    next: 'changed',
    holds: false,
  });
}

function suspended(situation: Situation): Step {
  const message = 'suspended by spec.suspend between two indexes of the series';
  return step(situation, {
    phase: 'Pending',
    message,
    ready: { type: 'suspended', reason: 'Suspended', message },
    next: 'changed',
    holds: false,
  });
}
