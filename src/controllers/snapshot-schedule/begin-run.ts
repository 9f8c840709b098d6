import type { ResourceEvent } from '../../runtime/controller.ts';
import type { SnapshotAction } from './actions.ts';
import { mayNotBegin } from './due-slot.ts';
import { missedEvents, withMissed } from './missed-slots.ts';
import { withMark } from './names.ts';
import type { Run } from './observed.ts';
import { nameOf } from './plan.ts';
import { reasonOf, replaceRun, withoutFurtherTry } from './run.ts';
import { hasLeft, type Situation } from './situation.ts';
import { add, type Step } from './step.ts';
import { timeOf, timeText } from './time.ts';

/** A wish becomes a snapshot, moves to another repository, or is given up. */

/** The wish is in status by now, so that whoever comes later finds it. */
export function begin(situation: Situation, step: Step, run: Run): Step {
  if (hasLeft(run, situation.spec)) return moveOn(situation, step, run);
  if (!situation.mayAct) return step;
  if (isTooLate(run, situation)) return giveUp(situation, step, run);
  return add(step, { actions: [creation(situation, run)], next: 'now' });
}

/** The same slot in the repository that the spec names now, at once. */
function moveOn({ spec, now }: Situation, step: Step, run: Run): Step {
  const { retryTime, ...rest } = run;
  const moved = {
    ...rest,
    repository: spec.repository,
    ...(retryTime !== undefined && { retryTime: timeText(now) }),
  };
  return add(step, { status: replaceRun(step.status, run, moved), next: 'now' });
}

/**
 * What nothing could be done about for so long: the kill switch was on, the repository was not to be had, or the
 * schedule was suspended. What a person has asked for has no deadline.
 */
function isTooLate(run: Run, { spec, plan, now }: Situation): boolean {
  if (run.runNow) return false;
  return mayNotBegin(plan, spec.catchUp, now - (timeOf(run.retryTime ?? run.slot) ?? now));
}

/** A slot that was never tried is missed; one that was has failed. */
function giveUp({ spec }: Situation, step: Step, run: Run): Step {
  const { failure } = run;
  if (failure === undefined) {
    const status = withMissed(replaceRun(step.status, run, undefined), 1);
    return add(step, { status, events: missedEvents(1), next: 'now' });
  }
  const note = `the next try for the slot ${run.slot} came too late and is left out: ${failure.message}`;
  const event = { type: 'Warning', reason: reasonOf(failure.state), action: 'Snapshot', note } as const;
  return add(step, { status: withoutFurtherTry(step.status, run, spec), events: [event], next: 'now' });
}

function creation({ resource, spec, uid }: Situation, run: Run): SnapshotAction {
  const { repository, snapshot, slot } = run;
  const metadata = withMark(spec.metadata, { uid, slot, schedule: nameOf(resource.metadata) });
  return { type: 'CreateSnapshot', repository, snapshot, slot, metadata };
}

export function nameTaken(name: string, by: string, instead: string): ResourceEvent {
  const note = `${name} is ${by}; ${instead} is made instead`;
  return { type: 'Normal', reason: 'NameTaken', action: 'Snapshot', note };
}

export function nameSource({ resource, spec, uid }: Situation) {
  return { prefix: spec.namePrefix ?? resource.metadata.name, uid };
}
