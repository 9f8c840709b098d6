import type { ResourceEvent } from '../../runtime/controller.ts';
import { isAhead, MOST_SKEW_SECONDS, timeOf, timeText } from '../../runtime/time.ts';
import { nextSlot } from '../../schedule/slots.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import { drains } from './drain.ts';
import { type DueSlot, dueSlot } from './due-slot.ts';
import { nameSource, nameTaken } from './begin-run.ts';
import { missedEvents, withMissed } from './missed-slots.ts';
import { retentionGoesFirst } from './retain.ts';
import { markOf, numberOf, snapshotName } from './names.ts';
import type { Run, Status } from './observed.ts';
import { choiceOf } from './choice.ts';
import { isResumed, madeBy, madeHere, runsOf, type Situation, withRuns } from './situation.ts';
import { add, type Rule, type Step } from './step.ts';
import { TURN_AGAIN_MS, waitForTurn } from './turn.ts';
import { isRunning, isSuccess } from './verdict.ts';

/** Slots in flight at the same time with `Allow`. */
const MOST_RUNS = 10;
const SECOND = 1_000;

/** What is due begins: a slot, or what a run-now asks for. Not yet, because ... */
export const beginSlot: Rule = (situation, before) => {
  const step = withCursor(situation, before);
  if (!situation.mayAct) return step;
  const waiting = add(step, { next: nextSlotIn(situation) });
  const runs = runsOf(step.status);
  const snapshots = situation.seen?.snapshots;
  if (snapshots === undefined) return waiting;
  const strays = strayRuns(situation, snapshots, runs);
  if (strays.length > 0) return adopt(waiting, strays);
  if (runs.length > 0 && situation.spec.concurrencyPolicy === 'Forbid') return waiting;
  if (runs.length >= MOST_RUNS || drains(situation, step.status)) return waiting;
  return beginDue(situation, waiting, snapshots);
};

/**
 * The wish is written also when its turn has not come: then the wait is no lateness, and its place in the order of slots is
 * kept. Beside another run it waits unwritten, so that with `Allow` no ten of them begin at once.
 */
function beginDue(situation: Situation, step: Step, snapshots: readonly ListedSnapshot[]): Step {
  const { resource, spec, plan, now, skewMs } = situation;
  const due = dueSlot(plan, spec.catchUp, cursorOf(step.status, now), now, skewMs);
  if (due.type === 'missed') return miss(step, due);
  const token = pendingRunNow(resource, now);
  if (due.type === 'none' && token === undefined) return step;
  if (retentionGoesFirst(situation, step.status)) return add(step, { next: 'now' });
  const turn = runsOf(step.status).length > 0 ? waitForTurn(situation) : undefined;
  if (turn !== undefined) return add(step, { ready: turn, next: TURN_AGAIN_MS });
  if (due.type === 'run') return begin(situation, step, snapshots, { slot: due.slot, missed: due.missed });
  if (hasSlot(situation, step.status, snapshots, timeText(now)))
    return add(step, { next: SECOND - (now % SECOND) });
  return begin(situation, step, snapshots, { slot: now, token });
}

/**
 * Slots are whole seconds. A snapshot of this one may lack what was written since, so that it is no answer to whoever
 * asks for one now: that one gets the next second.
 */
function hasSlot(
  { uid }: Situation,
  status: Status,
  snapshots: readonly ListedSnapshot[],
  second: string,
): boolean {
  const slots = madeBy(uid, snapshots).map(({ metadata }) => markOf(metadata)?.slot);
  return [...slots, ...runsOf(status).map(({ slot }) => slot)].includes(second);
}

interface Wish {
  readonly slot: number;
  readonly missed?: number;
  readonly token?: string | undefined;
}

/** The wish is written first; the snapshot is made by the pass that finds it written. */
function begin(situation: Situation, step: Step, snapshots: readonly ListedSnapshot[], wish: Wish): Step {
  const slot = timeText(wish.slot);
  const cursor = wish.token === undefined ? { slotsHandledUntil: slot } : {};
  const handled = {
    ...withMissed(step.status, wish.missed ?? 0),
    ...cursor,
    ...(wish.token !== undefined && { lastHandledRunNow: wish.token }),
  };
  const ofSlot = madeHere(situation, snapshots).filter(({ metadata }) => markOf(metadata)?.slot === slot);
  // A status that was lost does not know that the slot has run.
  if (ofSlot.some((snapshot) => isSuccess(snapshot) && !isEarly(snapshot, wish)))
    return add(step, { status: handled, next: 'now' });
  const run: Run = {
    snapshot: freeName(situation, slot, snapshots),
    repository: situation.spec.repository,
    slot,
    attempt: 1,
    accepted: false,
    choice: choiceOf(situation.spec),
    ...(wish.token !== undefined && { runNow: true }),
  };
  const status = { ...withRuns(handled, [run, ...runsOf(handled)]), lastScheduleTime: slot };
  const events = [...missedEvents(wish.missed ?? 0), ...takenEvents(situation, run, snapshots)];
  return add(step, { status, events, next: 'now' });
}

/** Begun by a clock that was ahead: it lacks what was written until the slot, which runs under another name. */
const isEarly = ({ startTime }: ListedSnapshot, { slot }: Wish): boolean =>
  slot - startTime > MOST_SKEW_SECONDS * SECOND;

function miss(step: Step, due: Extract<DueSlot, { type: 'missed' }>): Step {
  const status = { ...withMissed(step.status, due.missed), slotsHandledUntil: timeText(due.until) };
  return add(step, { status, events: missedEvents(due.missed), next: 'now' });
}

/** Told when a stranger has the name that the slot would have had. */
function takenEvents(
  situation: Situation,
  { slot, snapshot }: Run,
  snapshots: readonly ListedSnapshot[],
): readonly ResourceEvent[] {
  const first = snapshotName(nameSource(situation), slot, 1);
  const holder = snapshots.find(({ name }) => name === first);
  if (snapshot === first || holder === undefined) return [];
  return madeBy(situation.uid, [holder]).length > 0
    ? []
    : [nameTaken(first, 'a snapshot of somebody else', snapshot)];
}

/** The first name of the slot that nobody has, whoever the others belong to. */
function freeName(situation: Situation, slot: string, snapshots: readonly ListedSnapshot[]): string {
  const taken = new Set([...snapshots, ...(situation.seen?.unreadable ?? [])].map(({ name }) => name));
  const source = nameSource(situation);
  for (let number = 1; ; number += 1) {
    const name = snapshotName(source, slot, number);
    if (!taken.has(name)) return name;
  }
}

/** Snapshots of ours that run and are not in status, the newest first: it was lost. */
function strayRuns(
  { uid, spec }: Situation,
  snapshots: readonly ListedSnapshot[],
  runs: readonly Run[],
): readonly Run[] {
  const known = new Set(runs.map(({ snapshot }) => snapshot));
  return madeBy(uid, snapshots)
    .filter((snapshot) => isRunning(snapshot) && !known.has(snapshot.name))
    .map(({ name, metadata }) => ({
      snapshot: name,
      repository: spec.repository,
      slot: markOf(metadata)?.slot ?? '',
      attempt: numberOf(name),
      accepted: true,
    }))
    .toReversed();
}

function adopt(step: Step, strays: readonly Run[]): Step {
  const runs = [...strays, ...runsOf(step.status)].slice(0, MOST_RUNS);
  return add(step, { status: withRuns(step.status, runs), next: 'now' });
}

/**
 * From when on slots count. They do not while the schedule is suspended, nor do those of a schedule that was not
 * written down yet; after a lost status the newest snapshot tells where it was.
 */
function withCursor(situation: Situation, step: Step): Step {
  const { resource, spec, now, seen } = situation;
  const { status } = step;
  const schedule = `${spec.schedule} ${spec.timeZone}`;
  const changed = status.schedule !== undefined && status.schedule !== schedule;
  if (isResumed(situation) || changed || isAhead(status.slotsHandledUntil, now))
    return add(step, { status: { ...status, schedule, slotsHandledUntil: timeText(now) } });
  if (status.slotsHandledUntil !== undefined || seen?.snapshots === undefined) return step;
  const slots = madeBy(situation.uid, seen.snapshots).flatMap(({ metadata }) => markOf(metadata)?.slot ?? []);
  const created = resource.metadata.creationTimestamp;
  const slotsHandledUntil =
    [created, ...slots].sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? created;
  return add(step, { status: { ...status, schedule, slotsHandledUntil } });
}

function cursorOf({ slotsHandledUntil }: Status, now: number): number {
  return timeOf(slotsHandledUntil) ?? now;
}

/** Milliseconds. */
export function nextSlotIn({ plan, now }: Situation): number {
  const next = nextSlot(plan.schedule, plan.timeZone, now);
  return next === undefined ? Number.POSITIVE_INFINITY : next - now;
}
