import type { Readiness, ResourceEvent } from '../../runtime/controller.ts';
import { MOST_SKEW_SECONDS, timeText } from '../../runtime/time.ts';
import type { SnapshotAction } from './actions.ts';
import { begin, nameSource, nameTaken } from './begin-run.ts';
import { ABORTED, endingOfLost } from './lost.ts';
import { withoutHindrance } from './hindrance.ts';
import { markOf } from './names.ts';
import { namesOther } from './other-cluster.ts';
import type { Fault, Run, RunFacts } from './observed.ts';
import { type Ending, figuresOf, reasonOf, renamed, replaceRun, withEnding } from './run.ts';
import { runsOf, type Situation, waitOf } from './situation.ts';
import { add, type Rule, type Step, waitingFor } from './step.ts';
import { waitForRun } from './unreadable-run.ts';
import { isRunning, verdictOf } from './verdict.ts';

/** What runs is followed to its end, also while suspended: only effects wait then. The newest last, so that it is told. */
export const followRuns: Rule = (situation, step) =>
  runsOf(situation.status).reduceRight((sofar, run) => followRun(situation, sofar, run), step);

/** Not over yet, because ... */
function followRun(situation: Situation, step: Step, run: Run): Step {
  const wait = waitOf(run, situation.spec, situation.now);
  if (wait > 0) return add(step, { next: wait });
  if (run.refused !== undefined) return end(situation, step, run, { state: 'FAILED', message: run.refused });
  const facts = situation.seen?.runs.get(run.snapshot);
  if (facts === undefined) return step;
  const { snapshot, unreadable } = facts;
  if (unreadable !== undefined) return waitOrGiveUp(situation, step, run, facts, unreadable);
  if (snapshot === undefined)
    return run.accepted
      ? end(situation, step, run, endingOfLost(situation, run, facts))
      : begin(situation, step, run);
  const mark = markOf(snapshot.metadata);
  const isOurs = mark?.uid === situation.uid && mark.slot === run.slot;
  if (!isOurs || namesOther(situation.owner, snapshot))
    return nameIsTaken(situation, step, run, 'a snapshot of somebody else');
  if (isRunning(snapshot)) return goOn(situation, step, run, facts);
  const verdict = verdictOf(snapshot, facts.indices, facts.unmatched);
  // An aborted one shows as failed for a moment before it is gone.
  const ending = verdict.state !== 'SUCCESS' && run.aborting ? ABORTED : verdict;
  return end(situation, step, { ...run, accepted: true }, { ...figuresOf(facts), ...ending });
}

/** Not for ever: neither do the next slots wait for it, nor does a repository that the spec has left. */
function waitOrGiveUp(situation: Situation, step: Step, run: Run, facts: RunFacts, why: Fault): Step {
  const waiting = waitForRun(situation, step, run, why);
  if (waiting !== undefined) return waiting;
  if (!run.accepted) return nameIsTaken(situation, step, run, 'a snapshot that cannot be read');
  return end(situation, step, run, endingOfLost(situation, run, facts));
}

function nameIsTaken(situation: Situation, step: Step, run: Run, by: string): Step {
  const next = renamed(run, nameSource(situation));
  return add(step, {
    status: replaceRun(step.status, run, next),
    events: [nameTaken(run.snapshot, by, next.snapshot)],
    next: 'now',
  });
}

function goOn(situation: Situation, step: Step, run: Run, facts: RunFacts): Step {
  const { snapshot, progress, skewSeconds } = facts;
  const started = snapshot?.startTime ?? situation.now;
  const age = situation.now - started;
  const isLate = age > situation.plan.deadlineMs;
  const isSkewed = isLate && (situation.skewMs > 0 || (skewSeconds ?? 0) > MOST_SKEW_SECONDS);
  const overdue = isLate && !isSkewed;
  const actions = overdue && snapshot ? aborting(situation, run, snapshot.uuid, skewSeconds) : [];
  const {
    retryTime: _retryTime,
    waitedUntil: _waitedUntil,
    unreadableSince: _unreadableSince,
    ...rest
  } = withoutHindrance(run);
  const seen: Run = {
    ...rest,
    accepted: true,
    startTime: timeText(started),
    ...(progress && { percent: percentOf(progress), shards: progress.shards, bytes: progress.bytes }),
    ...(overdue && { overdue }),
    // Only what was asked for: one that ends badly by itself is tried again, however late it is.
    ...(actions.length > 0 && { aborting: true }),
  };
  return add(step, {
    status: replaceRun(step.status, run, seen),
    events: overdue && run.overdue !== true ? [deadlineEvent(run)] : [],
    actions,
    next: Math.min(pollAfterMs(age), isLate ? Number.POSITIVE_INFINITY : situation.plan.deadlineMs - age + 1),
    ...(isSkewed && { ready: ageUnknown(run) }),
  });
}

/** An age rests on two clocks, the master's and ours: nothing is aborted for it unless they are known to agree. */
function aborting(
  { spec, mayAct }: Situation,
  run: Run,
  uuid: string,
  skewSeconds: number | undefined,
): readonly SnapshotAction[] {
  if (!spec.abortOnDeadline || !mayAct || skewSeconds === undefined) return [];
  return [{ type: 'AbortSnapshot', repository: run.repository, target: { name: run.snapshot, uuid } }];
}

const ageUnknown = (run: Run): Readiness =>
  waitingFor(
    'ClockSkew',
    `${run.snapshot} seems to have run longer than spec.deadline, but the clock of the operator differs from that of the API server or of a node by more than ${MOST_SKEW_SECONDS} s, so that its age is unknown, and nothing is aborted for it. Set the clocks right.`,
  );

function deadlineEvent(run: Run): ResourceEvent {
  const note = `${run.snapshot} has run longer than spec.deadline`;
  return { type: 'Warning', reason: 'DeadlineExceeded', action: 'Snapshot', note };
}

/** Files of one shard can be large, and bytes move only with whole files: shards that are done count as much. */
function percentOf({ shards, bytes }: NonNullable<RunFacts['progress']>): number {
  const parts = [
    [shards.done, shards.total],
    [bytes.done, bytes.total],
  ] as const;
  const known = parts.filter(([, total]) => total > 0).map(([done, total]) => done / total);
  const mean = known.reduce((sum, part) => sum + part, 0) / Math.max(known.length, 1);
  return Math.min(99, Math.floor(mean * 100));
}

/** Often at first, so that a short one is over soon; a long one is not asked about every second. */
function pollAfterMs(ageMs: number): number {
  return Math.min(10_000, Math.max(500, ageMs / 5));
}

function end(situation: Situation, step: Step, run: Run, ending: Ending): Step {
  const { spec, now } = situation;
  const status = withEnding(step.status, run, ending, nameSource(situation), spec, now);
  return add(step, { status, events: [endEvent(run, ending, status)], next: 'now' });
}

function endEvent(run: Run, { state, message }: Ending, status: Step['status']): ResourceEvent {
  const base = { action: 'Snapshot' } as const;
  if (state === 'SUCCESS') {
    const note = `${run.snapshot} is complete${message === undefined ? '' : `; ${message}`}`;
    return { ...base, type: 'Normal', reason: 'SnapshotSucceeded', note };
  }
  const again = runsOf(status).find(({ slot }) => slot === run.slot);
  const then = again ? `it is tried again as ${again.snapshot}` : 'it was the last try for this slot';
  const note = `${run.snapshot} is no success: ${message ?? state}; ${then}`;
  return { ...base, type: again ? 'Normal' : 'Warning', reason: reasonOf(state), note };
}
