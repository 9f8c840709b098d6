import { milliseconds } from '../../crds/duration.ts';
import { type CronSchedule, scheduleOf } from '../../schedule/cron.ts';
import { keyText } from '../../runtime/resource.ts';
import { timeOf } from '../../runtime/time.ts';
import { largestGap } from '../../schedule/slots.ts';
import { METADATA_BYTES, metadataBytes, SOME_CLUSTER, withMark } from './names.ts';
import type { Schedule } from './observed.ts';

/** The spec as the rules need it: schedules read, durations in milliseconds. */
export interface Plan {
  readonly schedule: CronSchedule;
  readonly timeZone: string;
  readonly startingDeadlineMs: number;
  readonly deadlineMs: number;
  readonly staleAfterMs: number;
  readonly restoreSchedule: CronSchedule | undefined;
}

export type ReadPlan =
  | { readonly ok: true; readonly plan: Plan }
  /** What no schema can tell: the snapshot takes the name and uid of the schedule along. */
  | { readonly ok: false; readonly message: string };

/** For a schedule that comes due once, or never. */
const NO_GAP_MS = 366 * 86_400_000;

/** @param now only decides from when on the largest gap is looked for, where nothing in the past does. */
export function planOf(resource: Schedule, now: number): ReadPlan {
  const { metadata, spec } = resource;
  const slot = '2026-01-01T00:00:00Z';
  const mark = { uid: metadata.uid, slot, schedule: keyText(metadata), cluster: SOME_CLUSTER };
  const bytes = metadataBytes(withMark(spec.metadata, mark));
  if (bytes >= METADATA_BYTES) {
    const message = `spec.metadata: makes ${bytes} bytes together with es-steward; shorten it to less than ${METADATA_BYTES}`;
    return { ok: false, message };
  }
  const schedule = scheduleOf(spec.schedule);
  const largest = () => largestGap(schedule, spec.timeZone, freshSince(resource, now)) ?? NO_GAP_MS;
  const plan: Plan = {
    schedule,
    timeZone: spec.timeZone,
    startingDeadlineMs: milliseconds(spec.startingDeadline),
    deadlineMs: milliseconds(spec.deadline),
    staleAfterMs: spec.staleAfter === undefined ? 2 * largest() : milliseconds(spec.staleAfter),
    restoreSchedule: spec.restoreCheck && scheduleOf(spec.restoreCheck.schedule),
  };
  return { ok: true, plan };
}

/**
 * From when age is counted. The wait that follows must be among those looked at until the next success: at the end of a
 * day or a week the slots to come are close together again, and no slot was due.
 */
function freshSince({ metadata, status }: Schedule, now: number): number {
  return Math.min(now, timeOf(status?.lastSuccessfulTime ?? metadata.creationTimestamp) ?? now);
}
