import type { ReindexRequest } from '../crds/reindex-request.ts';
import { findCondition, RUN_NOW, tokenOf } from '../crds/shared.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { parseSchedule } from '../schedule/cron.ts';
import { nextSlot } from '../schedule/slots.ts';
import { isTimeZone } from '../schedule/time-zone.ts';
import { nameOf } from './targets.ts';
import { bytes, clause, counted, grouped, relative, unjudgedBecause } from './words.ts';

/** How far something is that is watched. */
export interface Progress {
  readonly title: string;
  /** In a word or two. A new one gets a line of its own where lines cannot change. */
  readonly phase: string;
  /** Undefined while there is nothing to measure. */
  readonly percent: number | undefined;
  readonly detail: string;
  /** Absent while it goes on. */
  readonly end?: 'good' | 'bad';
}

const GOOD_ENDS: ReadonlySet<string> = new Set(['RollbackWindow', 'CleaningUp', 'Completed', 'Planned']);
const BAD_ENDS: ReadonlySet<string> = new Set(['Failed', 'Cancelled', 'RolledBack']);

/** A copy. It has ended well once its aliases have moved: the rollback window is no work. */
export function reindexProgress(request: ReindexRequest, now: number): Progress {
  const { metadata, status = {} } = request;
  const { phase = 'Pending', progress } = status;
  const end = GOOD_ENDS.has(phase) ? 'good' : BAD_ENDS.has(phase) ? 'bad' : undefined;
  return {
    title: nameOf('reindex', metadata.name),
    phase,
    percent: progress?.percent ?? 0,
    detail: end === 'bad' ? reasonOf(status) : detailOf(request, now),
    ...(end && { end }),
  };
}

function detailOf({ metadata, status = {} }: ReindexRequest, now: number): string {
  const { phase, progress, series, writeOutage, rollbackUntil } = status;
  if (phase === undefined) return unjudgedBecause(status);
  if (phase === 'AwaitingApproval')
    return `waits for you: kubectl es-steward approve reindex/${metadata.name} -n ${metadata.namespace}`;
  if (waits(status)) return reasonOf(status);
  const { completed, total, documentsPerSecond, remaining } = progress ?? {};
  const counts = total === undefined ? [] : [`${grouped(completed ?? 0)} of ${counted(total, 'document')}`];
  return [
    ...(series === undefined ? [] : [`${series.completed} of ${counted(series.total, 'index', 'indexes')}`]),
    ...counts,
    ...(documentsPerSecond ? [`${grouped(documentsPerSecond)}/s`] : []),
    ...(remaining === undefined ? [] : [`${remaining} left`]),
    ...(writeOutage === undefined ? [] : [`writes stopped for ${writeOutage}`]),
    ...(phase === 'RollbackWindow' && rollbackUntil !== undefined
      ? [`way back closes ${relative(rollbackUntil, now)}`]
      : []),
  ].join(', ');
}

/** What stands in `Ready` is the news while nothing moves. */
function waits(status: ReindexRequest['status']): boolean {
  const ready = findCondition(status, 'Ready');
  return ready?.status === 'False' && ready.reason !== 'InProgress';
}

function reasonOf(status: ReindexRequest['status']): string {
  const ready = findCondition(status, 'Ready');
  return ready === undefined ? '' : `${ready.reason}: ${clause(ready.message)}`;
}

/** Which run of a schedule is watched. */
export interface Followed {
  /** Its slot; undefined while it is yet to come. */
  readonly slot?: string;
  /** The slot that had ended before: its outcome is no news. */
  readonly before?: string;
}

/** What a run-now has asked for may be over before anybody can watch it. */
const RECENT_MS = 600_000;

export function followed({ metadata, spec, status = {} }: SnapshotSchedule, now: number): Followed {
  const { active, lastSnapshot: last, lastHandledRunNow } = status;
  const asked = tokenOf(metadata, RUN_NOW);
  const isAnswered = asked !== undefined && asked === lastHandledRunNow;
  const isAnswer =
    isAnswered && last && !isScheduled(spec, last.slot) && now - Date.parse(last.slot) < RECENT_MS;
  const answer = isAnswer ? last.slot : undefined;
  const slot = active?.slot ?? answer;
  return { ...(slot && { slot }), ...(last && { before: last.slot }) };
}

/** One that has ended since a run-now, by the schedule, is no answer to it. */
function isScheduled({ schedule, timeZone }: SnapshotSchedule['spec'], slot: string): boolean {
  const parsed = parseSchedule(schedule);
  const at = Date.parse(slot);
  return parsed.ok && isTimeZone(timeZone) && nextSlot(parsed.schedule, timeZone, at - 1) === at;
}

/** The next look at the same run: one that was awaited may have begun, or be over already. */
export function followOn({ slot, before }: Followed, { status = {} }: SnapshotSchedule): Followed {
  const last = status.lastSnapshot?.slot;
  const found = slot ?? status.active?.slot ?? (last === before ? undefined : last);
  return { ...(found && { slot: found }), ...(before && { before }) };
}

/** A snapshot, all its tries included. */
export function snapshotProgress(schedule: SnapshotSchedule, { slot }: Followed, now: number): Progress {
  const { metadata, status = {} } = schedule;
  const title = nameOf('snapshots', metadata.name);
  if (slot === undefined)
    return { title, phase: 'Idle', percent: undefined, detail: `next ${nextWords(schedule, now)}` };
  const run = [status.active, ...(status.overlapping ?? [])].find((each) => each?.slot === slot);
  return run === undefined ? { title, ...outcome(schedule, slot) } : { title, ...runWords(run) };
}

const nextWords = ({ spec, status = {} }: SnapshotSchedule, now: number): string => {
  if (spec.suspend) return 'never: spec.suspend is true';
  return status.nextScheduleTime === undefined ? 'not known' : relative(status.nextScheduleTime, now);
};

type Run = NonNullable<NonNullable<SnapshotSchedule['status']>['active']>;

function runWords(run: Run): Pick<Progress, 'phase' | 'percent' | 'detail'> {
  const { shards, bytes: size } = run;
  const detail = [
    run.snapshot,
    ...(shards === undefined ? [] : [`${shards.done} of ${counted(shards.total, 'shard')}`]),
    ...(shards !== undefined && shards.failed > 0 ? [`${shards.failed} failed`] : []),
    ...(size === undefined ? [] : [`${bytes(size.done)} of ${bytes(size.total)}`]),
    ...(run.attempt > 1 ? [`try ${run.attempt}`] : []),
    ...(run.refused === undefined ? [] : [clause(run.refused)]),
  ].join(', ');
  return { phase: run.accepted ? 'Snapshot' : 'Beginning', percent: run.percent ?? 0, detail };
}

/** From what ended last, or from the history if another has ended since. */
function outcome({ status = {} }: SnapshotSchedule, slot: string): Omit<Progress, 'title'> {
  const ended = [status.lastSnapshot, ...(status.history ?? [])].find((each) => each?.slot === slot);
  if (ended === undefined)
    return { phase: 'Gone', percent: undefined, detail: 'its outcome is not known any more', end: 'bad' };
  const { state, name, duration, bytes: size } = ended;
  const message = 'message' in ended && ended.message !== undefined ? [clause(ended.message)] : [];
  const detail = [
    name,
    ...(duration === undefined ? [] : [`in ${duration}`]),
    ...(size === undefined ? [] : [bytes(size)]),
    ...message,
  ];
  const isGood = state === 'SUCCESS';
  return {
    phase: state,
    percent: isGood ? 100 : undefined,
    detail: detail.join(', '),
    end: isGood ? 'good' : 'bad',
  };
}
