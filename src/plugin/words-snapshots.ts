import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { relative } from './words.ts';

/** How a schedule is that nothing is wrong with. */
export function snapshotWords({ status = {} }: SnapshotSchedule, now: number): string {
  const { active, lastSuccessfulTime, retained, nextScheduleTime } = status;
  return [
    ...(active === undefined
      ? []
      : [`${active.snapshot} runs${active.percent === undefined ? '' : `, ${active.percent}%`}`]),
    lastSuccessfulTime === undefined ? 'no success yet' : `last success ${relative(lastSuccessfulTime, now)}`,
    ...(retained === undefined ? [] : [`${retained.count} kept`]),
    ...(nextScheduleTime === undefined ? [] : [`next ${relative(nextScheduleTime, now)}`]),
  ].join(', ');
}
