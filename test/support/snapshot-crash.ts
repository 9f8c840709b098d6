import type { SnapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import { dieEverywhere } from './crash-family.ts';
import { liveAndDie, type RunResult } from './crash-lives.ts';
import type { CrashPoint } from './crash-points.ts';
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

/** Processes die wherever the schedule makes a call; returns at how many of them. */
export function crashScheduleEverywhere(bed: SnapshotBed, scenario: CrashScenario): Promise<number> {
  return dieEverywhere({ run: (points) => runOnce(bed, scenario, points) });
}

async function runOnce(
  bed: SnapshotBed,
  scenario: CrashScenario,
  points: readonly CrashPoint[],
): Promise<RunResult> {
  const name = bed.name();
  const clock = skippingClock();
  await createSchedule(bed, name, { indices: [bed.index], ...scenario.spec });
  {
    await using before = startSnapshotProcess(bed, { clock });
    await scenario.prepare(bed, name, before);
  }
  const { calls, died, last } = await liveAndDie(points, {
    start: (around) => startSnapshotProcess(bed, { clock, around }),
    live: async (process, isDead) => {
      const isOver = (schedule: SnapshotSchedule) => isDead() || scenario.hasEnded(schedule);
      await process.until(name, 'the schedule is through', isOver);
    },
  });
  await using successor = last;
  // What a dead process had sent has arrived by now: nothing of it may start anything over.
  await successor.pass(name);
  await scenario.expect(bed, name, await successor.read(name));
  return { calls, died };
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
