import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import type { Readiness } from '../../runtime/controller.ts';
import { formatDuration } from '../../schedule/duration.ts';
import { counted } from '../counted.ts';
import { wholeSeries } from './copy-request.ts';
import type { Observed } from './observed.ts';
import { laterThan, type Partition } from './series.ts';
import { type Situation, situationOf } from './situation.ts';
import { answering } from './moved.ts';
import { over } from './stages/over.ts';
import { passOverLost } from './stages/passing-over.ts';
import { waitInLine } from './stages/pending.ts';
import { planned } from './stages/planned.ts';
import { time } from './moments.ts';
import { type Step, step } from './step.ts';
import { fillerFirst } from './turn.ts';
import { sayingNotes } from './series-notes.ts';
import { inSeries } from './within-series.ts';

type Series = NonNullable<ReindexRequestStatus['series']>;

/** Between two indexes: the next one, or the end. */
export function nextPartition(resource: ReindexRequest, observed: Observed, now: number): Step {
  const situation = situationOf(wholeSeries(resource), observed, now);
  const { status, spec } = situation;
  if (isOver(status.phase)) return over(situation);
  const found = whereItWas(observed);
  // Before all else: it may hold something, which is let go by whoever knows that it does.
  if (found) return { ...begin(situation, found.partition, found.total, found.completed), holds: true };
  if (resource.metadata.deletionTimestamp || spec.cancel) return cancelled(situation);
  if (spec.suspend) return suspended(rested(situation));
  const partitions = observed.partitions ?? [];
  const { last, completed = 0 } = status.series ?? {};
  const left = last === undefined ? partitions : laterThan(resource.spec, partitions, last);
  const lost = passOverLost(situation, completed + left.length);
  if (lost) return lost;
  const [next] = left;
  if (next) return begin(situation, next, completed + left.length);
  const filler = fillerFirst(situation);
  if (filler) return waitInLine(rested(situation), filler);
  // With sourceAfter.policy: Delete nothing else is left of what an earlier request, or a lost status, has done.
  const done = completed > 0 ? completed : (observed.finishedCopies ?? 0);
  return partitions.length === 0 && done === 0 ? noneFound(situation) : complete(situation, done);
}

/** A journal that was lost begins again where the marks say that it was. */
function whereItWas({ partitions = [], newestBegun: source }: Observed) {
  const completed = partitions.findIndex((one) => one.source === source);
  const partition = partitions[completed];
  return partition && { partition, completed, total: partitions.length };
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
    next: 'now',
    holds: false,
  });
}

/** What was passed over does not count. */
function complete(situation: Situation, total: number): Step {
  const series = { ...situation.status.series, total, completed: total };
  const whole = { ...situation, status: { ...situation.status, series } };
  return situation.spec.dryRun ? planned(whole) : completed(whole, series);
}

function completed(situation: Situation, series: Series): Step {
  const { status, spec, now } = situation;
  const result = `Reindex complete: ${counted(series.total, 'index', 'indexes')} of ${spec.source.index} copied to ${spec.destination.index}`;
  const message = sayingNotes(result, series);
  const started = Date.parse(status.startTime ?? time(now));
  const { documents, quarantined, writesAfterFence } = series;
  const copied = documents === undefined ? {} : { total: documents, completed: documents };
  const end = step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...status,
      ...(writesAfterFence ? { writesAfterFence } : {}),
      completionTime: time(now),
      duration: formatDuration(Math.max(0, now - started)),
    },
    progress: { ...status.progress, ...copied, message, ...(quarantined ? { quarantined } : {}) },
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
  return answering(situation, end);
}

function noneFound(situation: Situation): Step {
  const message = `no index is named like ${situation.spec.source.index}: correct spec.source.series in a new request, or create one and retry`;
  const failure = { reason: 'PreflightFailed', message };
  return ended(situation, 'Failed', { type: 'stalled', ...failure }, { failure });
}

function cancelled(situation: Situation): Step {
  const { completed = 0, total = 0 } = situation.status.series ?? {};
  const left = situation.spec.dryRun ? 'nothing was changed' : 'those are moved and stay so';
  const isDeleted = situation.resource.metadata.deletionTimestamp !== undefined;
  const message = `${isDeleted ? 'deleted' : 'cancelled'} after ${completed} of ${total} indexes; ${left}`;
  const ready: Readiness = isDeleted
    ? { type: 'reconciling', reason: 'Deleting', message }
    : { type: 'stalled', reason: 'Cancelled', message };
  return ended(situation, 'Cancelled', ready);
}

function ended(
  situation: Situation,
  phase: 'Failed' | 'Cancelled',
  ready: Readiness,
  more: ReindexRequestStatus = {},
): Step {
  return step(situation, {
    phase,
    message: ready.message,
    status: { ...situation.status, ...more },
    ready,
    next: 'changed',
    holds: false,
  });
}

/** How fast it is, is measured anew when it goes on. */
function rested(situation: Situation): Situation {
  const { series, ...status } = situation.status;
  if (!series) return situation;
  const { pace: _pace, ...kept } = series;
  return { ...situation, status: { ...status, series: kept } };
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
