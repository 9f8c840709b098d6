import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import { formatDuration } from '../../schedule/duration.ts';
import { timeText } from '../../runtime/time.ts';
import { withIncomplete } from './incomplete.ts';
import { numberOf, snapshotName } from './names.ts';
import type { Run, RunFacts, State, Status } from './observed.ts';
import { runsOf, withRuns } from './situation.ts';
import { LONGEST_PAUSE_MS } from './pause.ts';

/** How runs change: pure steps of the journal in `status.active`, used by rules and by the answers of effects alike. */

/** What a try came to. */
export interface Ending {
  readonly state: State;
  readonly message?: string | undefined;
  readonly duration?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly endTime?: number | undefined;
  readonly bytes?: number | undefined;
  readonly failures?: NonNullable<Status['lastSnapshot']>['failures'];
}

const FIRST_RETRY_MS = 10_000;

/** 10 s, 20 s, 40 s and so on. */
export function retryAfterMs(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

/** What the names of a schedule's snapshots are made from: the prefix of its spec, and its uid. */
export interface NameSource {
  readonly prefix: string;
  readonly uid: string;
}

/** The same slot under the next name. */
export function renamed(run: Run, source: NameSource): Run {
  const { unreadableSince: _unreadableSince, ...rest } = run;
  return { ...rest, snapshot: snapshotName(source, run.slot, numberOf(run.snapshot) + 1), accepted: false };
}

export type Policy = Pick<SnapshotScheduleSpec, 'backoffLimit' | 'historyLimit'>;

/**
 * The next try of a run, or undefined when it has had all of them. It has a name of its own, also where that of the one
 * before is free again: events and history would tell two fates of one name.
 */
export function nextTry(
  run: Run,
  ending: Ending,
  source: NameSource,
  policy: Policy,
  now: number,
): Run | undefined {
  if (run.attempt > policy.backoffLimit || ending.state === 'ABORTED') return undefined;
  return {
    snapshot: renamed(run, source).snapshot,
    repository: run.repository,
    slot: run.slot,
    attempt: run.attempt + 1,
    accepted: false,
    retryTime: timeText(now + retryAfterMs(run.attempt)),
    failure: { state: ending.state, message: ending.message ?? '' },
    ...(run.runNow && { runNow: true }),
  };
}

/** The status after a try of a run has ended: another try, or the end of the run. */
export function withEnding(
  status: Status,
  run: Run,
  ending: Ending,
  source: NameSource,
  policy: Policy,
  now: number,
): Status {
  const again = ending.state === 'SUCCESS' ? undefined : nextTry(run, ending, source, policy, now);
  const told = withIncomplete(withLast(status, run, ending), run, ending.state === 'INCOMPLETE');
  if (again !== undefined) return replaceRun(told, run, again);
  const entry = { ...endedOf(run, ending), attempts: run.attempt };
  return {
    ...withHistory(replaceRun(told, run, undefined), entry, policy),
    ...(ending.state === 'SUCCESS' && successOf(run, ending, now)),
  };
}

/** The status after a run is over without the try that was due: the one before it has the last word. */
export function withoutFurtherTry(status: Status, run: Run, policy: Policy): Status {
  const { snapshot: name, slot, failure, attempt } = run;
  const last = status.lastSnapshot?.slot === slot ? status.lastSnapshot : undefined;
  const {
    message: _message,
    failures: _failures,
    ...ended
  } = last ?? {
    name,
    state: failure?.state ?? 'FAILED',
    slot,
  };
  return withHistory(replaceRun(status, run, undefined), { ...ended, attempts: attempt - 1 }, policy);
}

function withHistory(
  status: Status,
  entry: NonNullable<Status['history']>[number],
  { historyLimit }: Policy,
): Status {
  const others = (status.history ?? []).filter(({ name }) => name !== entry.name);
  return {
    ...status,
    consecutiveFailures: entry.state === 'SUCCESS' ? 0 : (status.consecutiveFailures ?? 0) + 1,
    history: [entry, ...others].slice(0, historyLimit),
  };
}

/** The list of the repository says the same a moment later; until then nobody shall read that there is none. */
function successOf({ snapshot }: Run, { endTime }: Ending, now: number): Partial<Status> {
  return { lastSuccessfulTime: timeText(endTime ?? now), lastSuccessfulSnapshot: snapshot };
}

export function replaceRun(status: Status, run: Run, by: Run | undefined): Status {
  const runs = runsOf(status).flatMap((other) =>
    other.slot === run.slot && other.snapshot === run.snapshot ? (by ?? []) : other,
  );
  return withRuns(status, runs);
}

function withLast(status: Status, run: Run, ending: Ending): Status {
  const { message, failures = [] } = ending;
  return {
    ...status,
    lastSnapshot: {
      ...endedOf(run, ending),
      ...(message !== undefined && { message }),
      ...(failures.length > 0 && { failures: failures.slice(0, SHOWN_FAILURES) }),
    },
  };
}

const SHOWN_FAILURES = 5;

function endedOf({ snapshot, slot }: Run, { state, duration, bytes }: Ending) {
  return {
    name: snapshot,
    state,
    slot,
    ...(duration !== undefined && { duration: formatDuration(duration) }),
    ...(bytes !== undefined && { bytes }),
  };
}

/** What is known of a snapshot that has ended, beside its verdict. */
export function figuresOf({ snapshot, progress }: RunFacts): Omit<Ending, 'state' | 'message'> {
  if (snapshot === undefined) return {};
  const { startTime, endTime, failures } = snapshot;
  return {
    endTime,
    duration: endTime === undefined ? undefined : Math.max(0, endTime - startTime),
    bytes: progress?.bytes.total,
    failures: failures.map(({ index, shard }) => ({ index, shard })),
  };
}

/** What `Ready` says of a try that was no success. */
export function reasonOf(state: State): string {
  if (state === 'PARTIAL' || state === 'INCOMPLETE') return 'SnapshotPartial';
  return state === 'EMPTY' ? 'SnapshotEmpty' : 'SnapshotFailed';
}
