import type { Readiness } from '../../../runtime/controller.ts';
import { floodMessage, isFlooded } from '../disk-space.ts';
import { pauseMs } from '../journal.ts';
import { lagWaitMs, MOST_UNDER_BLOCK_MS } from '../lag.ts';
import { isRoundComplete } from '../rounds.ts';
import { isBlockFirst, type Situation } from '../situation.ts';
import { ageMs, time } from '../moments.ts';
import { AT_ONCE_MS, type Phase, SOON_MS, type Step, step, type StepOptions } from '../step.ts';
import { ailment } from './ailment.ts';
import { catchUpFigures, copyFigures } from './copy-figures.ts';

/** What people see of a round; the stages add what they do. */
export function report(
  situation: Situation,
  options: Pick<StepOptions, 'actions' | 'next' | 'idleMs' | 'status'>,
  inPhase?: Phase,
): Step {
  const status = options.status ?? situation.status;
  const fresh = { ...situation, status };
  const phase = inPhase ?? phaseOf(fresh);
  const common = {
    phase,
    message: copyMessage(situation),
    ...(whileUnhealthy(fresh) ?? whilePaused(fresh)),
    next: pollMs(fresh),
    ...options,
  };
  if (isFlooded(situation.destination))
    return step(situation, { ...common, ...asTheyWere(fresh), next: FULL_DISK_MS });
  return step(situation, {
    ...common,
    ...(phase === 'Copying' ? copyFigures(fresh) : catchUpFigures(fresh)),
  });
}

/** A full disk takes its time, and where it is etcd's as well, a write of status in each pass would take what is left. */
const FULL_DISK_MS = 5_000;

/** Nothing moves until somebody frees space, also in a task that Elasticsearch keeps trying: that is said once. */
function asTheyWere({ status }: Situation): Pick<StepOptions, 'status' | 'progress'> {
  return { status, ...(status.progress ? { progress: status.progress } : {}) };
}

/** Round 0 is the copy, the rounds after it catch up, the last one under the block reconciles. */
function phaseOf(situation: Situation): Phase {
  const { copy, fence } = situation.status;
  const isFirst = (copy?.round ?? 0) === 0 && !copy?.sealed;
  if (fence && !isBlockFirst(situation)) return 'Reconciling';
  return isFirst ? 'Copying' : 'CatchingUp';
}

/** Nothing is begun on a red index, nor where a task may run unseen: a copy that stands still says what it waits for. */
function whileUnhealthy(situation: Situation): { readonly ready: Readiness } | undefined {
  const { copy } = situation.status;
  if (isFlooded(situation.destination) || !copy || isRoundComplete(copy)) return undefined;
  const why = copy.running.some(({ task }) => task !== undefined) ? undefined : ailment(situation);
  if (why === undefined) return undefined;
  const message = `${copyMessage(situation)}: no part starts ${why}`;
  return { ready: { type: 'reconciling', reason: 'WaitingForHealth', message } };
}

/** While a range waits to be repeated, the reason is for whoever looks. */
function whilePaused(situation: Situation): { readonly ready?: Readiness } {
  const { destination, spec } = situation;
  if (isFlooded(destination))
    return {
      ready: { type: 'reconciling', reason: 'DiskFull', message: floodMessage(spec.destination.index) },
    };
  const { pausedUntil, lastRetry, forbidden } = situation.status.copy ?? {};
  if (pausedUntil === undefined) return {};
  if (forbidden)
    return { ready: { type: 'reconciling', reason: 'MissingPrivileges', message: lastRetry ?? '' } };
  const message = `${copyMessage(situation)}: a part is started again (${lastRetry ?? 'its task is gone'})`;
  return { ready: { type: 'reconciling', reason: 'TaskLost', message } };
}

/**
 * How soon to look again. Whoever follows a task hears of its end at once; this is for people, who watch figures move,
 * and for whoever cannot be told. A long copy costs few looks and status writes.
 */
export function pollMs({ status, now }: Situation): number {
  const { fenced, round = 0, running = [], startTime = time(now), lagSince } = status.copy ?? {};
  const isLast = fenced === true && round > 0;
  const isAtWork = running.some(({ task }) => task !== undefined);
  const pause = pauseMs(status.copy, now);
  // The cluster has asked for less: questions are a load as well.
  if (pause > 0 && !isAtWork) return isLast ? Math.min(pause, MOST_UNDER_BLOCK_MS) : pause;
  if (isLast) return isAtWork ? UNDER_BLOCK_MS : AT_ONCE_MS;
  // Everything is copied, and has only to prove that it counts.
  if (status.copy !== undefined && running.length === 0)
    return lagSince === undefined ? SOON_MS / 10 : lagWaitMs(ageMs(lagSince, now));
  const elapsed = now - Date.parse(startTime);
  return elapsed < 60_000 ? SOON_MS : elapsed < 600_000 ? 2 * SOON_MS : 5 * SOON_MS;
}

/** Writers wait, should the end of a task not be heard of. */
const UNDER_BLOCK_MS = 200;

function copyMessage({ spec, status }: Situation): string {
  return `copying ${status.source?.index ?? spec.source.index} to ${spec.destination.index}`;
}
