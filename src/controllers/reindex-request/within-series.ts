import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { shortened, type Step } from './step.ts';

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
export function inSeries({ completed, total }: Series, message: string): string {
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
