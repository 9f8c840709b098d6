import { expect } from 'vitest';
import type { SnapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import { inParallel } from './crash-family.ts';
import {
  crashAt,
  type CrashPoint,
  crashPoints,
  newTrace,
  type TracedCall,
  uncovered,
} from './crash-points.ts';
import { skippingClock } from './skipping-clock.ts';
import { createSchedule, type SnapshotBed } from './snapshot-bed.ts';
import { type SnapshotProcess, startSnapshotProcess } from './snapshot-process.ts';

/** One schedule that is brought from a start to an end, by a process that may die on the way and by its successor. */
export interface CrashScenario {
  readonly spec: object;
  /** What happens before anybody dies. */
  readonly prepare: (bed: SnapshotBed, name: string, process: SnapshotProcess) => Promise<void>;
  readonly hasEnded: (schedule: SnapshotSchedule) => boolean;
  readonly expect: (bed: SnapshotBed, name: string, schedule: SnapshotSchedule) => Promise<void>;
}

/** One run without a death, then one for each point that it shows. Returns how many points were tried. */
export async function dieEverywhere(bed: SnapshotBed, scenario: CrashScenario): Promise<number> {
  const { calls } = await runOnce(bed, scenario);
  const points = crashPoints(calls);
  const crashed: CrashPoint[] = [];
  const failures: string[] = [];
  await inParallel(points, async (point) => {
    try {
      if ((await runOnce(bed, scenario, point)).crashed) crashed.push(point);
    } catch (error) {
      failures.push(`${point.when} ${point.call}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  expect(failures).toEqual([]);
  expect(uncovered(calls, crashed), 'calls at which no process has died').toEqual([]);
  return crashed.length;
}

async function runOnce(
  bed: SnapshotBed,
  scenario: CrashScenario,
  point?: CrashPoint,
): Promise<{ readonly calls: readonly TracedCall[]; readonly crashed: boolean }> {
  const name = bed.name();
  const clock = skippingClock();
  await createSchedule(bed, name, { indices: [bed.index], ...scenario.spec });
  {
    await using before = startSnapshotProcess(bed, { clock });
    await scenario.prepare(bed, name, before);
  }
  const trace = newTrace();
  const crash = crashAt(point, trace, () => first.kill());
  await using first = startSnapshotProcess(bed, { clock, around: crash.around });
  const isOver = (schedule: SnapshotSchedule) => crash.happened() || scenario.hasEnded(schedule);
  await first.until(name, 'the first process is through', isOver);
  await using second = startSnapshotProcess(bed, { clock });
  const schedule = await second.until(name, 'the schedule is through', scenario.hasEnded);
  await Promise.all(crash.stragglers);
  // What a dead process had sent has arrived by now: nothing of it may start anything over.
  await second.pass(name);
  await scenario.expect(bed, name, schedule);
  return { calls: trace.calls, crashed: crash.happened() };
}

/** Both work on one schedule at the same time, each as if it were alone. Returns the schedule as each has seen its end. */
export async function withTwoProcesses(
  bed: SnapshotBed,
  scenario: CrashScenario,
): Promise<readonly SnapshotSchedule[]> {
  const name = bed.name();
  const clock = skippingClock();
  await createSchedule(bed, name, { indices: [bed.index], ...scenario.spec });
  await using one = startSnapshotProcess(bed, { clock });
  await using other = startSnapshotProcess(bed, { clock });
  await scenario.prepare(bed, name, one);
  const ends = await Promise.all(
    [one, other].map((process) => process.until(name, 'the schedule is through', scenario.hasEnded)),
  );
  for (const schedule of ends) await scenario.expect(bed, name, schedule);
  return ends;
}
