import type { ResourceEvent } from '../../runtime/controller.ts';
import { keyText } from '../../runtime/resource.ts';
import { timeOf, timeText } from '../../runtime/time.ts';
import type { SnapshotAction } from './actions.ts';
import { choiceOf } from './choice.ts';
import { mayNotBegin } from './due-slot.ts';
import { dueSince, waited, withoutHindrance } from './hindrance.ts';
import { missedEvents, withMissed } from './missed-slots.ts';
import { withMark } from './names.ts';
import type { Run } from './observed.ts';
import { reasonOf, replaceRun, withEnding, withoutFurtherTry } from './run.ts';
import { hasLeft, type Situation } from './situation.ts';
import { add, type Step } from './step.ts';
import { TURN_AGAIN_MS, waitForTurn } from './turn.ts';

/** A wish becomes a snapshot, moves to another repository, or is given up. */

/** The wish is in status by now, so that whoever comes later finds it. */
export function begin(situation: Situation, step: Step, run: Run): Step {
  if (hasLeft(run, situation.spec)) return moveOn(situation, step, run);
  if (!situation.mayAct) return step;
  if (isTooLate(run, situation)) return giveUp(situation, step, run);
  const turn = waitForTurn(situation, run);
  if (turn !== undefined) {
    const status = replaceRun(step.status, run, waited(run, situation.now));
    return add(step, { status, ready: turn, next: TURN_AGAIN_MS });
  }
  const begun = { ...run, choice: choiceOf(situation.spec) };
  const status = replaceRun(step.status, run, begun);
  return add(step, { status, actions: [creation(situation, run)], next: 'now' });
}

/** The same slot in the repository that the spec names now, at once. */
function moveOn({ spec, now }: Situation, step: Step, run: Run): Step {
  const { retryTime, ...rest } = withoutHindrance(run);
  const moved = {
    ...rest,
    repository: spec.repository,
    ...(retryTime !== undefined && { retryTime: timeText(now) }),
  };
  return add(step, { status: replaceRun(step.status, run, moved), next: 'now' });
}

/**
 * What nothing could be done about for so long: the kill switch was on, the repository was not to be had, or the
 * schedule was suspended. What a person has asked for has no deadline, and who waits for its turn is not late.
 */
function isTooLate(run: Run, { spec, plan, now }: Situation): boolean {
  if (run.runNow) return false;
  return mayNotBegin(plan, spec.catchUp, now - (timeOf(dueSince(run)) ?? now));
}

/** A slot that was never tried is missed; one that was, or that Elasticsearch has refused all the time, has failed. */
function giveUp(situation: Situation, step: Step, run: Run): Step {
  const { spec } = situation;
  const { failure, hindrance } = run;
  if (hindrance !== undefined) return giveUpHindered(situation, step, run, hindrance.message);
  if (failure === undefined) {
    const status = withMissed(replaceRun(step.status, run, undefined), 1);
    return add(step, { status, events: missedEvents(1), next: 'now' });
  }
  const note = `the next try for the slot ${run.slot} came too late and is left out: ${failure.message}`;
  const event = { type: 'Warning', reason: reasonOf(failure.state), action: 'Snapshot', note } as const;
  return add(step, { status: withoutFurtherTry(step.status, run, spec), events: [event], next: 'now' });
}

function giveUpHindered(situation: Situation, step: Step, run: Run, message: string): Step {
  const { spec, now } = situation;
  const ending = { state: 'FAILED', message } as const;
  const lastTry = { ...spec, backoffLimit: 0 };
  const status = withEnding(step.status, run, ending, nameSource(situation), lastTry, now);
  const note = `${run.snapshot} could not be started in time: ${message}`;
  const event = { type: 'Warning', reason: reasonOf('FAILED'), action: 'Snapshot', note } as const;
  return add(step, { status, events: [event], next: 'now' });
}

function creation({ resource, spec, uid, owner: { cluster } }: Situation, run: Run): SnapshotAction {
  const { repository, snapshot, slot } = run;
  const metadata = withMark(spec.metadata, { uid, slot, schedule: keyText(resource.metadata), cluster });
  return { type: 'CreateSnapshot', repository, snapshot, slot, metadata };
}

export function nameTaken(name: string, by: string, instead: string): ResourceEvent {
  const note = `${name} is ${by}; ${instead} is made instead`;
  return { type: 'Normal', reason: 'NameTaken', action: 'Snapshot', note };
}

export function nameSource({ resource, spec, uid }: Situation) {
  return { prefix: spec.namePrefix ?? resource.metadata.name, uid };
}
