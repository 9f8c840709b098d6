import type { Readiness } from '../../runtime/controller.ts';
import { isAhead, timeOf, timeText } from '../../runtime/time.ts';
import { nextSlot } from '../../schedule/slots.ts';
import { dueSlot } from './due-slot.ts';
import { restoredSuffix } from './names.ts';
import type { RestoreFacts, Restoring, Schedule, Status } from './observed.ts';
import type { Plan } from './plan.ts';
import { type Result, resultOf } from './restore-result.ts';
import { noSample, sampleOf } from './restore-sample.ts';
import { isResumed, runsOf, type Situation, successesOf } from './situation.ts';
import { add, type Rule, type Step, waitingFor } from './step.ts';
import { pauseLeft } from './pause.ts';

const POLL_MS = 2_000;

/** A sample of the newest success is restored under another name, compared with the living indexes, and deleted. */
export const checkRestore: Rule = (situation, before) => {
  const { status, seen, mayAct } = situation;
  const step = withCursor(situation, before);
  if (status.restoring !== undefined) return goOn(situation, step, status.restoring);
  const schedule = situation.plan.restoreSchedule;
  if (schedule === undefined || !mayAct) return step;
  const next = nextSlot(schedule, situation.plan.timeZone, situation.now);
  const waiting = next === undefined ? step : add(step, { next: next - situation.now });
  if (seen?.snapshots === undefined || runsOf(step.status).length > 0) return waiting;
  const due = dueRestore({ ...situation.resource, status: step.status }, situation.plan, situation.now);
  if (due.type === 'none') return waiting;
  const until = due.type === 'run' ? due.slot : due.until;
  const handled = { ...waiting, status: { ...waiting.status, restoreChecksHandledUntil: timeText(until) } };
  return due.type === 'run' ? begin(situation, handled, timeText(due.slot), seen.restore) : handled;
};

/**
 * From when on checks count: like slots they do not while the schedule is suspended, before they were asked for, or up
 * to what a clock that was ahead has written down.
 */
function withCursor(situation: Situation, step: Step): Step {
  const { resource, spec, now } = situation;
  const { restoreSchedule: before, ...rest } = step.status;
  const { restoreCheck } = spec;
  if (restoreCheck === undefined) return add(step, { status: rest });
  const restoreSchedule = `${restoreCheck.schedule} ${spec.timeZone}`;
  const status = { ...rest, restoreSchedule };
  // Asked for from the beginning, even if nobody has looked since.
  const isFirst = before === undefined && resource.metadata.generation === 1;
  const isOther = before !== restoreSchedule && !isFirst;
  if (!isOther && !isResumed(situation) && !isAhead(rest.restoreChecksHandledUntil, now))
    return add(step, { status });
  return add(step, { status: { ...status, restoreChecksHandledUntil: timeText(now) } });
}

/** What is due of the checks, by the rules for slots. */
export function dueRestore({ metadata, spec, status }: Schedule, plan: Plan, now: number) {
  if (plan.restoreSchedule === undefined) return { type: 'none' } as const;
  const after = timeOf(status?.restoreChecksHandledUntil ?? metadata.creationTimestamp) ?? now;
  return dueSlot({ ...plan, schedule: plan.restoreSchedule }, spec.catchUp, after, now);
}

/** The wish is written first, like that of a snapshot. */
function begin(situation: Situation, step: Step, slot: string, facts: RestoreFacts | undefined): Step {
  const { owner, status, spec, seen, now, uid } = situation;
  const newest = successesOf(owner, status, seen?.snapshots ?? []).at(-1);
  const sample = sampleOf(facts, spec, slot);
  if (newest === undefined || sample.length === 0) {
    const why = newest === undefined ? 'there is no success' : noSample(newest.name, facts, spec);
    return conclude(step, undefined, { result: 'Skipped', message: `nothing was restored: ${why}` }, now);
  }
  const suffix = restoredSuffix(uid, slot);
  const restoring: Restoring = {
    snapshot: newest.name,
    repository: spec.repository,
    slot,
    startTime: timeText(now),
    indices: sample.map((source) => ({ source, restored: source + suffix })),
  };
  return add(step, { status: { ...step.status, restoring }, next: 'now' });
}

/** Not over yet, because ... */
function goOn(situation: Situation, step: Step, restoring: Restoring): Step {
  const facts = situation.observed.restore;
  if (facts === undefined) return step;
  if (restoring.result !== undefined) return cleanUp(situation, step, restoring, facts);
  const result = resultOf(situation, restoring, facts);
  if (result !== undefined)
    return add(step, { status: { ...step.status, restoring: { ...restoring, result } }, next: 'now' });
  // A restore that fails again and again must not hold up the snapshot that is wished for meanwhile.
  const mustWait = runsOf(step.status).length > 0;
  if (facts.restored.length > 0 || restoring.requested || mustWait) return add(step, { next: POLL_MS });
  const { repository, snapshot, indices, slot } = restoring;
  return add(step, {
    actions: [
      {
        type: 'RestoreSample',
        repository,
        snapshot,
        indices: indices.map(({ source }) => source),
        suffix: restoredSuffix(situation.uid, slot),
      },
    ],
    next: 'now',
  });
}

function cleanUp({ now }: Situation, step: Step, restoring: Restoring, facts: RestoreFacts): Step {
  const { result, held } = restoring;
  if (facts.restored.length > 0) {
    const wait = pauseLeft(held?.retryTime, now);
    const ready = held && heldText(facts.restored, held.message);
    if (wait > 0) return add(step, { next: wait, ...(ready && { ready }) });
    const drop = { type: 'DropRestored', indices: facts.restored } as const;
    return add(step, { actions: [drop], next: POLL_MS, ...(ready && { ready }) });
  }
  return result === undefined ? step : conclude(step, restoring.snapshot, result, now);
}

function heldText([first]: RestoreFacts['restored'], message: string): Readiness {
  const text = `A temporary index of the restore check, such as ${first?.name ?? ''}, cannot be deleted: ${message}`;
  return waitingFor('Retrying', text);
}

function conclude(step: Step, snapshot: string | undefined, { result, message }: Result, now: number): Step {
  const { restoring: _restoring, ...rest } = step.status;
  const status: Status = {
    ...rest,
    lastRestoreCheck: { time: timeText(now), ...(snapshot !== undefined && { snapshot }), result, message },
  };
  const type = result === 'Failed' ? 'Warning' : 'Normal';
  const event = { type, reason: `RestoreCheck${result}`, action: 'RestoreCheck', note: message } as const;
  return add(step, { status, events: [event], next: 'now' });
}
