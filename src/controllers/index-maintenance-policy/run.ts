import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { timeText } from '../../runtime/time.ts';
import { formatDuration } from '../../schedule/duration.ts';
import { isUnread } from './archival.ts';
import { indexFingerprint } from './fingerprints.ts';
import type { Run, Status, StatusPlan } from './observed.ts';

export const newRun = (now: number): Run => ({
  time: timeText(now),
  deleted: 0,
  failed: 0,
  dropped: 0,
  aliasesAdded: 0,
  aliasesRemoved: 0,
});

/** Makes up for what the last one could not delete. It does not come again to documents which that one could not archive. */
export function runAfter(last: Status['lastRun'], now: number): Run {
  const { notArchived } = last ?? {};
  const run = { ...newRun(now), deletedBefore: deletedWith(last) };
  return notArchived === undefined ? run : { ...run, notArchived };
}

/** How many indexes a run has deleted, together with those that it makes up for. */
export function deletedWith(run: Status['lastRun']): number {
  return (run?.deleted ?? 0) + (run?.deletedBefore ?? 0);
}

/** Whether a run has come to its end, or something has stopped it before. */
export type Ending = 'Complete' | 'Stopped';

/** The run is over: it becomes the last one. */
export function endRun(
  { spec, status = {} }: Pick<IndexMaintenancePolicy, 'spec' | 'status'>,
  { aliasesTried: _aliasesTried, archivedFrom: _archivedFrom, ...run }: Run,
  ending: Ending,
  now: number,
): Pick<Status, 'lastRun' | 'history' | 'consecutiveFailures' | 'lastSuccessfulTime'> {
  const lastRun = { ...run, duration: formatDuration(now - Date.parse(run.time)) };
  // Names are told of the last run only: those of fifty runs would be more than a status takes.
  const before = status.lastRun === undefined ? [] : [withoutNames(status.lastRun)];
  const history = [...before, ...(status.history ?? [])].slice(0, spec.historyLimit);
  const { consecutiveFailures = 0, lastSuccessfulTime } = status;
  const isComplete = ending === 'Complete';
  const good = isComplete && isClean(run, status);
  return {
    lastRun,
    history,
    consecutiveFailures: good ? 0 : consecutiveFailures + (isComplete ? 1 : 0),
    ...(good
      ? { lastSuccessfulTime: timeText(now) }
      : lastSuccessfulTime === undefined
        ? {}
        : { lastSuccessfulTime }),
  };
}

/** Documents that the last run has left are archived since: it may be without a failure by now. A run under way counts by itself. */
export function withArchivedSince(status: Status, count: number, now: number): Status {
  const { run, lastRun } = status;
  if (run !== undefined || lastRun === undefined || count === 0) return status;
  const { archived = 0, notArchived = 0 } = lastRun;
  const after = { ...lastRun, archived: archived + count, notArchived: Math.max(0, notArchived - count) };
  const good = isClean(after, status) ? { consecutiveFailures: 0, lastSuccessfulTime: timeText(now) } : {};
  return { ...status, lastRun: after, ...good };
}

/** Of an index that cannot be asked nobody knows how many documents should have moved; an alias that is held was not tried. */
function isClean({ failed, notArchived = 0 }: Run, { archive, plan }: Status): boolean {
  const isAllRead = archive?.held.every(({ reason }) => !isUnread(reason)) ?? true;
  return failed + notArchived === 0 && isAllRead && heldAliasOf(plan) === undefined;
}

/** The first alias that cannot be as the policy says, until a person does something about it. */
export function heldAliasOf(plan: Status['plan']): StatusPlan['held'][number] | undefined {
  return plan?.held.find(({ alias }) => alias !== undefined);
}

const withoutNames = ({
  deletedNames: _deletedNames,
  archivedTo: _archivedTo,
  aliasesChanged: _aliasesChanged,
  aliasesRefused: _aliasesRefused,
  aliasRefusal: _aliasRefusal,
  firstFailure: _firstFailure,
  ...run
}: Run): Run => run;

/** What an effect adds to the run that is under way. */
export function counting(count: (run: Run) => Partial<Run>): StatusChange<Status> {
  return (status) =>
    status.run === undefined ? status : { ...status, run: { ...status.run, ...count(status.run) } };
}

/** The plan without the indexes that were to be deleted next. */
export function withoutBatch({ plan }: Status): Pick<Status, 'plan'> {
  if (plan === undefined) return {};
  const { batch: _batch, ...others } = plan;
  return { plan: others };
}

/** The plan with the indexes that were to be deleted next among those that it has not dealt with. */
export function withBatchPutBack({ plan }: Status): Pick<Status, 'plan'> {
  if (plan === undefined) return {};
  const { batch = [], pending = '', ...others } = plan;
  return { plan: { ...others, pending: batch.map(indexFingerprint).join('') + pending } };
}
