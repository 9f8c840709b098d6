import type { ExtraCondition, Readiness } from '../../runtime/controller.ts';
import { timeOf } from '../../runtime/time.ts';
import { DRAINS, drains } from './drain.ts';
import type { Run, Schedule, Status } from './observed.ts';
import { ofOtherClusters } from './other-cluster.ts';
import { reasonOf } from './run.ts';
import { runsOf, type Situation } from './situation.ts';
import { waitingFor } from './step.ts';
import { vainAdoption } from './vain-adoption.ts';

/** What `Ready` says when nothing stands in the way: what became of the last run. */
export function readiness(situation: Situation, status: Status): Readiness {
  const { spec } = situation;
  const [run] = runsOf(status);
  const overdue = runsOf(status).find((other) => other.overdue);
  if (overdue !== undefined)
    return waitingFor(
      'DeadlineExceeded',
      `${overdue.snapshot} has run longer than spec.deadline; GET _snapshot/${overdue.repository}/${overdue.snapshot}/_status shows what it does.`,
    );
  const hindered = runsOf(status).find(({ hindrance }) => hindrance !== undefined);
  if (hindered?.hindrance !== undefined)
    return waitingFor(
      hindered.hindrance.reason,
      `${hindered.snapshot} cannot be started: ${hindered.hindrance.message}; it is tried again.`,
    );
  if (run?.failure !== undefined) {
    const again = `it is tried again, ${run.attempt - 1} of ${spec.backoffLimit} times`;
    return waitingFor(reasonOf(run.failure.state), `${run.failure.message}; ${again}.`);
  }
  const last = status.lastSnapshot;
  const failed = last !== undefined && last.state !== 'SUCCESS';
  const drainText = drains(situation, status) ? ` ${DRAINS}` : '';
  if (run !== undefined && !failed)
    return { type: 'ready', reason: 'InProgress', message: `${run.snapshot} ${stageOf(run)}.${drainText}` };
  const vain = vainAdoption(situation.owner, situation.seen?.snapshots);
  const told = (message: string) => (vain === undefined ? message : `${message} ${vain}`);
  if (last === undefined) return { type: 'ready', reason: 'Waiting', message: told(waitingText(status)) };
  if (!failed)
    return {
      type: 'ready',
      reason: 'Succeeded',
      message: told(successText(last, situation) + neverText(status)),
    };
  return waitingFor(
    reasonOf(last.state),
    `${last.name} is no success: ${last.message ?? last.state}. ${againText(status)}${drainText}`,
  );
}

/** A wish may stay one for long, and what keeps it from more is told beside this: nobody shall take it for a backup. */
const stageOf = ({ accepted, slot }: Run): string =>
  accepted ? 'is being made' : `is about to be begun, for the slot ${slot}`;

function successText(
  { name, message }: NonNullable<Status['lastSnapshot']>,
  { owner, seen }: Situation,
): string {
  if (ofOtherClusters(owner, seen?.snapshots ?? []).has(name))
    return `${name} was a success and is of another cluster than the one that is connected now. The annotation run-now makes one of this cluster.`;
  const there = seen?.snapshots && [...seen.snapshots, ...seen.unreadable];
  if (there?.every((other) => other.name !== name))
    return `${name} was a success and is not in the repository any more. The annotation run-now makes another.`;
  return message === undefined ? `${name} is complete.` : `${name} is a success; ${message}.`;
}

/** A schedule that never comes due, as on 30 February, is a way to say that only run-now makes snapshots. */
const neverComes = ({ nextScheduleTime }: Status): boolean => nextScheduleTime === undefined;

const NEVER = 'spec.schedule never comes due: only the annotation es-steward.dev/run-now makes a snapshot.';

const neverText = (status: Status): string => (neverComes(status) ? ` ${NEVER}` : '');

function waitingText(status: Status): string {
  if (neverComes(status)) return NEVER;
  return (status.missedSlots ?? 0) > 0
    ? 'No slot has run yet: those that came were missed, and status.missedSlots counts them. The next one runs; the annotation run-now makes a snapshot at once.'
    : 'The first slot has not come yet.';
}

const againText = (status: Status): string =>
  neverComes(status)
    ? 'spec.schedule never comes due: only the annotation run-now tries again.'
    : 'The next slot tries again; the annotation run-now does it at once.';

/** By what age is judged; known as well where the spec cannot be acted on. */
export interface Aging {
  readonly resource: Schedule;
  readonly staleAfterMs: number;
  readonly now: number;
}

/** Told by the clock alone, so that it is told as well when nothing answers. */
export function healthy({ resource, staleAfterMs, now }: Aging, status: Status): ExtraCondition {
  const last = timeOf(status.lastSuccessfulTime);
  const since = last ?? Date.parse(resource.metadata.creationTimestamp);
  const overdue = now - since > staleAfterMs;
  if (last === undefined)
    return {
      type: 'Healthy',
      status: overdue ? 'False' : 'Unknown',
      reason: 'NeverSucceeded',
      message: noSuccessText(status, overdue),
    };
  return overdue
    ? {
        type: 'Healthy',
        status: 'False',
        reason: 'Stale',
        message: `The newest success, ${status.lastSuccessfulSnapshot ?? ''}, is older than spec.staleAfter allows; see Ready. Retention deletes nothing meanwhile.${unreadableText(status)}`,
      }
    : { type: 'Healthy', status: 'True', reason: 'Fresh', message: 'The newest success is young enough.' };
}

function noSuccessText(status: Status, overdue: boolean): string {
  const gone = [status.lastSnapshot, ...(status.history ?? [])].find((one) => one?.state === 'SUCCESS');
  if (gone !== undefined)
    return `No success of this schedule is left in the repository for the cluster that is connected now; the last one was ${gone.name}.${unreadableText(status)}`;
  return overdue
    ? `No snapshot of this schedule has succeeded, and one is overdue; see Ready.${unreadableText(status)}`
    : 'No snapshot of this schedule has succeeded yet.';
}

const unreadableText = ({ unreadable }: Status): string =>
  unreadable === undefined ? '' : ' What cannot be read does not count: see status.unreadable.';

/** When `healthy` will say otherwise by itself; undefined when it says so already. */
export function staleIn({ resource, staleAfterMs, now }: Aging, status: Status): number | undefined {
  const since = timeOf(status.lastSuccessfulTime ?? resource.metadata.creationTimestamp) ?? now;
  const left = since + staleAfterMs - now;
  return left >= 0 ? left + 1 : undefined;
}

const RESTORABLE = {
  Passed: { status: 'True', reason: 'RestoreCheckPassed' },
  Failed: { status: 'False', reason: 'RestoreCheckFailed' },
  Skipped: { status: 'Unknown', reason: 'RestoreCheckSkipped' },
} as const;

/** Absent unless restore checks are wanted. */
export function restorable(
  { spec }: Situation,
  { lastRestoreCheck: last, restoring }: Status,
): readonly ExtraCondition[] {
  if (spec.restoreCheck === undefined) return [];
  if (last === undefined) {
    const message =
      restoring === undefined
        ? 'No restore check was due yet.'
        : `The first restore check is running: ${restoring.snapshot} is tried.`;
    return [{ type: 'Restorable', status: 'Unknown', reason: 'RestoreCheckPending', message }];
  }
  return [{ type: 'Restorable', ...RESTORABLE[last.result], message: last.message }];
}
