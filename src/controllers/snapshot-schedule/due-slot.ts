import { countSlots, latestSlot } from '../../schedule/slots.ts';
import type { Plan } from './plan.ts';

/** What the slots since the last look come to. All times are milliseconds since the epoch. */
export type DueSlot =
  | { readonly type: 'none' }
  /** Run this one; `missed` others never run. */
  | { readonly type: 'run'; readonly slot: number; readonly missed: number }
  /** None of them runs any more. `until` is the latest. */
  | { readonly type: 'missed'; readonly until: number; readonly missed: number };

/** A slot that is noticed within this is on time. */
const ON_TIME_MS = 30_000;
/** Years of slots every minute are counted no further than this. */
const MOST_COUNTED = 100_000;

/**
 * Whether a wish that was written in time, or another try, has waited for too long. What is noticed in the last moment
 * still has some time to be begun.
 */
export function mayNotBegin(
  { startingDeadlineMs }: Plan,
  catchUp: 'RunOnce' | 'Skip',
  lateMs: number,
): boolean {
  const allowed = catchUp === 'RunOnce' ? Math.max(startingDeadlineMs, ON_TIME_MS) : ON_TIME_MS;
  return lateMs > allowed + ON_TIME_MS;
}

/**
 * Of however many slots in (after, now], at most the latest runs.
 * @param skewMs by how much our clock may be ahead: slots that may be yet to come are not counted as missed. They run when
 * the clock was set right, and the cursor with it.
 */
export function dueSlot(
  { schedule, timeZone, startingDeadlineMs }: Plan,
  catchUp: 'RunOnce' | 'Skip',
  after: number,
  now: number,
  skewMs = 0,
): DueSlot {
  const slot = latestSlot(schedule, timeZone, after, now);
  if (slot === undefined) return { type: 'none' };
  const past = now - skewMs;
  const count = countSlots(schedule, timeZone, after, past, MOST_COUNTED);
  const late = now - slot;
  const runs = late <= ON_TIME_MS || (catchUp === 'RunOnce' && late <= startingDeadlineMs);
  return runs
    ? { type: 'run', slot, missed: slot > past ? count : count - 1 }
    : { type: 'missed', until: slot, missed: count };
}
