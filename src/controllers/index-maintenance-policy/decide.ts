import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { timeText } from '../../runtime/time.ts';
import { aliasesEvent } from './aliases-event.ts';
import { unfinishedOf } from './archive-hindered.ts';
import { withHindered } from './archive-left.ts';
import { archivalYields, nextDocuments, withNewArchiveRun, withUnread } from './archive-steps.ts';
import { archivedEvent } from './archived-event.ts';
import { deleteBatch, moveDocuments } from './carry-out.ts';
import { deletedEvent } from './deleted-event.ts';
import { acts, approves } from './due.ts';
import { loweredVersions } from './lowered-version-event.ts';
import type { Observed, Run, Status, StatusPlan } from './observed.ts';
import { matchedIn } from './obstacle.ts';
import { specHashOf } from './plan.ts';
import { isPutOff, stops, withoutRetry } from './put-off.ts';
import { verdictOf } from './readiness.ts';
import { rest, restAsBefore, type Step } from './rest.ts';
import { type Ending, endRun, newRun, runAfter, withoutBatch } from './run.ts';
import { changedUnheard, droppedFrom, type Situation, situationOf } from './situation.ts';
import { pendingOf } from './status-plan.ts';
import { figuresOf } from './target-statistics.ts';
import type { Member } from './targets.ts';

/** A URL takes about fifty names; and no more than these are on their way when somebody says stop. */
const BATCH = 50;

export function decide(policy: IndexMaintenancePolicy, observed: Observed, now: number): Step {
  const judged = judge(policy, observed, now);
  const lowered = loweredVersions(policy, judged.status);
  const step = { ...judged, events: [...(judged.events ?? []), ...lowered] };
  // Documents may be in two places: the policy does not go before they are in one, whatever its mode.
  return unfinishedOf(policy) === undefined ? step : { ...step, holds: true };
}

function judge(policy: IndexMaintenancePolicy, observed: Observed, now: number): Step {
  if (observed.type === 'nothing') return restAsBefore(policy, now);
  if (observed.type === 'batch') return deleteBatch(policy, observed.rivals, now);
  if (observed.type === 'archiveBatch') return moveDocuments(policy, observed.rivals, now);
  return goOn(situationOf(policy, observed, now));
}

function goOn(situation: Situation): Step {
  const { policy, obstacle, due } = situation;
  if (stops(obstacle) && isPutOff(situation)) return putOff(situation);
  const looked = { ...reported(situation), ...dealtWith(situation) };
  // What makes up for a run goes on with what that one might move.
  const status = due.type === 'Run' && due.makesUp !== true ? withNewArchiveRun(looked) : looked;
  const run = runOf(situation);
  if (run === undefined) return rest(situation, status);
  if (!acts(policy) || stops(obstacle) || due.type === 'Plan') return end(situation, status, run, 'Stopped');
  return work(situation, status, run);
}

/** What was due stays due, and the run that is under way stays as it is. */
function putOff(situation: Situation): Step {
  const looked = reported(situation);
  return rest(situation, situation.due.type === 'Run' ? withoutRetry(looked) : looked);
}

/**
 * The run that goes on, ends or begins. While suspended one that is under way stays as it is, unless its spec changes: it
 * may not go on under another one, which has not come to a time of the schedule yet.
 */
function runOf({ policy: { spec, status }, next: { plan }, due, now }: Situation): Run | undefined {
  const isSame = status?.plan?.specHash === specHashOf(spec);
  if (status?.run !== undefined) return spec.suspend && isSame && due.type !== 'Run' ? undefined : status.run;
  if (due.type !== 'Run' || spec.mode !== 'Enforce' || spec.suspend) return undefined;
  const run = due.makesUp === true ? runAfter(status?.lastRun, now) : newRun(now);
  return { ...run, plan: plan.hash };
}

function work(situation: Situation, status: Status, before: Run): Step {
  const { policy, fresh, next, obstacle, now } = situation;
  const unheard = changedUnheard(situation);
  const run = {
    ...before,
    dropped: before.dropped + droppedFrom(situation),
    aliasesAdded: before.aliasesAdded + unheard.aliasesAdded,
    aliasesRemoved: before.aliasesRemoved + unheard.aliasesRemoved,
  };
  const changes = run.aliasesTried ? [] : fresh.aliasChanges;
  // Aliases change first: what would be chosen beside them is deleted even while their change still waits for its turn.
  const chosen = changes.length === 0 ? nextIndices(situation) : [];
  if (changes.length === 0 && chosen.length === 0) return archive(situation, status, run);
  const plan = chosen.length === 0 ? next.plan : withBatch(situation, chosen);
  const after = {
    ...status,
    plan,
    ...(plan.approvedTime === undefined ? {} : { lastApprovedPlan: plan.hash }),
    run,
  };
  return {
    ...verdictOf(policy, after, obstacle, now),
    status: after,
    actions: changes.length === 0 ? [] : [{ type: 'UpdateAliases', changes }],
    next: 'now',
  };
}

/** What has come up since the run began waits for the next plan. */
function nextIndices({ due, next, obstacle }: Situation): readonly Member[] {
  const mayChoose = obstacle === undefined && (due.type === 'Run' || next.isFrozen);
  return mayChoose ? next.deletes.slice(0, BATCH) : [];
}

/** Last of all that a run does, as it may take long: no index waits for it to be deleted, and no alias to be moved. */
function archive(situation: Situation, status: Status, run: Run): Step {
  const { policy, fresh, obstacle, due, now } = situation;
  const yields = archivalYields(policy, due.type === 'Run', now);
  const action = yields ? undefined : nextDocuments(status, run, fresh);
  if (action === undefined) return complete(situation, { ...status, run }, run);
  const after = { ...status, run };
  return {
    ...verdictOf(policy, after, obstacle, now),
    status: after,
    actions: [action],
    holds: true,
    next: 'now',
  };
}

/** What the run has not come to counts as well. */
function complete(situation: Situation, status: Status, before: Run): Step {
  const { run = before, ...told } = withUnread(withHindered(status, situation.fresh), situation.fresh);
  return end(situation, told, run, 'Complete');
}

function withBatch({ policy, next, now }: Situation, chosen: readonly Member[]): StatusPlan {
  const { plan, deletes } = next;
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

function end(situation: Situation, { run: _run, ...status }: Status, run: Run, ending: Ending): Step {
  const { policy, now } = situation;
  const after = {
    ...status,
    ...endRun({ spec: policy.spec, status }, run, ending, now),
    ...withoutBatch(status),
  };
  return rest(situation, after, [...aliasesEvent(run), ...deletedEvent(run), ...archivedEvent(run)]);
}

/** What the pass has found, for people; what the run did comes on top. */
function reported({ policy, fresh, next: { plan }, obstacle, now }: Situation): Status {
  const { conflictsWith: _conflictsWith, ...before } = policy.status ?? {};
  return {
    ...before,
    ...(obstacle?.type === 'Conflict' ? { conflictsWith: obstacle.conflict.rival } : {}),
    matched: matchedIn(fresh),
    targets: fresh.matched.map((matched) => figuresOf(matched, now)),
    plan,
  };
}

/** The slots until now, and what was asked for, do not come due again. */
function dealtWith({ due, now }: Situation): Pick<Status, 'lastSlotTime' | 'lastHandledRunNow'> {
  return {
    ...(due.type === 'Continue' ? {} : { lastSlotTime: timeText(now) }),
    ...(due.type === 'Run' && due.runNow !== undefined ? { lastHandledRunNow: due.runNow } : {}),
  };
}
