import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { ResourceEvent } from '../../runtime/controller.ts';
import { timeText } from '../../runtime/time.ts';
import type { MaintenanceAction } from './actions.ts';
import { hinderedOf } from './archive-hindered.ts';
import { archivalYields, nextDocuments, withNewArchiveRun } from './archive-steps.ts';
import { deleteBatch, moveDocuments } from './carry-out.ts';
import { acts, approves, type Due, dueOf } from './due.ts';
import { fingerprintsOf } from './fingerprints.ts';
import type { Observed, Run, Seen, Status, StatusPlan } from './observed.ts';
import { matchedIn, obstacleOf } from './obstacle.ts';
import { type FreshPlan, planOf, specHashOf } from './plan.ts';
import { isPutOff, stops, withoutRetry } from './put-off.ts';
import { type Obstacle, verdictBefore, verdictOf } from './readiness.ts';
import { rest, type Step } from './rest.ts';
import { deletedWith, endRun, newRun, runAfter, withoutBatch } from './run.ts';
import { asked, deletionLimit, type NextPlan, nextPlan, pendingOf } from './status-plan.ts';
import { figuresOf } from './target-statistics.ts';
import { compileTargets, type Member } from './targets.ts';

/** A URL takes about fifty names; and no more than these are on their way when somebody says stop. */
const BATCH = 50;

export function decide(policy: IndexMaintenancePolicy, observed: Observed, now: number): Step {
  const step = judge(policy, observed, now);
  // Documents may be in two places: the policy does not go before they are in one.
  return acts(policy) && hinderedOf(policy).length > 0 ? { ...step, holds: true } : step;
}

function judge(policy: IndexMaintenancePolicy, observed: Observed, now: number): Step {
  if (observed.type === 'nothing') return rest(policy, policy.status ?? {}, verdictBefore(policy), now);
  if (observed.type === 'batch') return deleteBatch(policy, observed.rivals, now);
  if (observed.type === 'archiveBatch') return moveDocuments(policy, observed.rivals, now);
  return goOn(policy, observed, now);
}

function goOn(policy: IndexMaintenancePolicy, seen: Seen, now: number): Step {
  const fresh = planOf(policy, compileTargets(policy.spec), seen, now);
  const found = nextPlan(policy, fresh, now);
  const obstacle = obstacleOf(policy, seen, fresh, found);
  const next = obstacle?.type === 'ApprovalRequired' ? asked(found, now) : found;
  const due = ripe(dueOf(policy, now), policy, { fresh, next, obstacle });
  if (stops(obstacle) && isPutOff(policy, due, next, now))
    return putOff(policy, due, { fresh, next, obstacle }, now);
  const looked = { ...reported(policy, fresh, next, now), ...dealtWith(due, now) };
  const run = runOf(policy, due, now);
  // What makes up for a run goes on with what that one might move.
  const status = due.type === 'Run' && due.makesUp !== true ? withNewArchiveRun(looked) : looked;
  if (run === undefined) return rest(policy, status, verdictOf(policy, status, obstacle), now);
  if (!acts(policy) || stops(obstacle) || due.type === 'Plan')
    return ended(policy, status, run, obstacle, now, false);
  return work(
    policy,
    {
      status,
      run,
      fresh,
      next,
      obstacle,
      mayChoose: due.type === 'Run' || next.isFrozen,
      yields: archivalYields(policy, due.type === 'Run', now),
    },
    now,
  );
}

/** What was due stays due, and the run that is under way stays as it is. */
function putOff(
  policy: IndexMaintenancePolicy,
  due: Due,
  { fresh, next, obstacle }: Pick<Work, 'fresh' | 'next' | 'obstacle'>,
  now: number,
): Step {
  const looked = reported(policy, fresh, next, now);
  const status = due.type === 'Run' ? withoutRetry(looked) : looked;
  return rest(policy, status, verdictOf(policy, status, obstacle), now);
}

/** Nothing has passed yet, or all of it is too much together with what has gone already: then it was a look. */
function ripe(
  due: Due,
  { spec, status }: IndexMaintenancePolicy,
  { fresh, next, obstacle }: Pick<Work, 'fresh' | 'next' | 'obstacle'>,
): Due {
  if (due.type !== 'Retry') return due;
  const { since } = due;
  const { count } = next.plan.deletes;
  const hasPassed = count > 0 && obstacle === undefined;
  const limit = deletionLimit(spec.deletion.maxDeletes, matchedIn(fresh));
  return hasPassed && deletedWith(status?.lastRun) + count <= limit
    ? { type: 'Run', since, makesUp: true }
    : { type: 'Plan', since };
}

/**
 * The run that goes on, ends or begins. While suspended one that is under way stays as it is, unless its spec changes: it
 * may not go on under another one, which has not come to a time of the schedule yet.
 */
function runOf({ spec, status }: IndexMaintenancePolicy, due: Due, now: number): Run | undefined {
  const isSame = status?.plan?.specHash === specHashOf(spec);
  if (status?.run !== undefined) return spec.suspend && isSame && due.type !== 'Run' ? undefined : status.run;
  if (due.type !== 'Run' || spec.mode !== 'Enforce' || spec.suspend) return undefined;
  return due.makesUp === true ? runAfter(status?.lastRun, now) : newRun(now);
}

interface Work {
  readonly status: Status;
  readonly run: Run;
  readonly fresh: FreshPlan;
  readonly next: NextPlan;
  readonly obstacle: Obstacle | undefined;
  /** What has come up since the run began waits for the next plan. */
  readonly mayChoose: boolean;
  /** What is still to be archived is left for the next run. */
  readonly yields: boolean;
}

function work(policy: IndexMaintenancePolicy, going: Work, now: number): Step {
  const { status, run, fresh, next, obstacle, mayChoose, yields } = going;
  const changes = run.aliasesTried ? [] : fresh.aliasChanges;
  // Aliases change first: what would be chosen beside them is deleted even while their change still waits for its turn.
  const chooses = changes.length === 0 && obstacle === undefined && mayChoose;
  const chosen = chooses ? next.deletes.slice(0, BATCH) : [];
  if (changes.length === 0 && chosen.length === 0) {
    const documents = yields ? undefined : nextDocuments(status, run, fresh);
    if (documents === undefined) return ended(policy, status, run, obstacle, now, true);
    return archive(policy, { ...status, run }, obstacle, documents);
  }
  const after = {
    ...status,
    plan: chosen.length === 0 ? next.plan : withBatch(policy, next, chosen, now),
    run: { ...run, dropped: run.dropped + droppedFrom(policy, next) },
  };
  return {
    ...verdictOf(policy, after, obstacle),
    status: after,
    actions: changes.length === 0 ? [] : [{ type: 'UpdateAliases', changes }],
    next: 'now',
  };
}

/** Last of all that a run does, as it may take long: no index waits for it to be deleted, and no alias to be moved. */
function archive(
  policy: IndexMaintenancePolicy,
  status: Status,
  obstacle: Obstacle | undefined,
  action: MaintenanceAction,
): Step {
  return { ...verdictOf(policy, status, obstacle), status, actions: [action], holds: true, next: 'now' };
}

function withBatch(
  policy: IndexMaintenancePolicy,
  { plan, deletes }: NextPlan,
  chosen: readonly Member[],
  now: number,
): StatusPlan {
  const approvedTime = plan.approvedTime ?? (approves(policy, plan.hash) ? timeText(now) : undefined);
  return {
    ...plan,
    ...(approvedTime === undefined ? {} : { approvedTime }),
    batch: chosen.map(({ index }) => ({
      name: index.name,
      uuid: index.uuid,
      ...(index.figures === undefined ? {} : { operations: index.figures.operations }),
    })),
    pending: pendingOf(deletes.slice(chosen.length)),
  };
}

function droppedFrom({ status }: IndexMaintenancePolicy, { isFrozen, deletes }: NextPlan): number {
  return isFrozen ? fingerprintsOf(status?.plan?.pending).size - deletes.length : 0;
}

function ended(
  policy: IndexMaintenancePolicy,
  { run: _run, ...status }: Status,
  run: Run,
  obstacle: Obstacle | undefined,
  now: number,
  clean: boolean,
): Step {
  const after = { ...status, ...endRun(policy, run, now, clean), ...withoutBatch(status) };
  return rest(policy, after, verdictOf(policy, after, obstacle), now, deletedEvent(run));
}

function deletedEvent({ deleted, failed }: Run): readonly ResourceEvent[] {
  if (deleted + failed === 0) return [];
  const note = `indexes deleted: ${deleted}, not deleted: ${failed}`;
  return [{ type: failed === 0 ? 'Normal' : 'Warning', reason: 'IndexesDeleted', action: 'Delete', note }];
}

/** What the pass has found, for people; what the run did comes on top. */
function reported(policy: IndexMaintenancePolicy, fresh: FreshPlan, { plan }: NextPlan, now: number): Status {
  return {
    ...policy.status,
    matched: matchedIn(fresh),
    targets: fresh.matched.map((matched) => figuresOf(matched, now)),
    plan,
  };
}

/** The slots until now, and what was asked for, do not come due again. */
function dealtWith(due: Due, now: number): Pick<Status, 'lastSlotTime' | 'lastHandledRunNow'> {
  return {
    ...(due.type === 'Continue' ? {} : { lastSlotTime: timeText(now) }),
    ...(due.type === 'Run' && due.runNow !== undefined ? { lastHandledRunNow: due.runNow } : {}),
  };
}
