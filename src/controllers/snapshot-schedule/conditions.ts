import type { ExtraCondition, Readiness } from '../../runtime/controller.ts';
import { DRAINS, drains } from './drain.ts';
import type { Run, Status } from './observed.ts';
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
