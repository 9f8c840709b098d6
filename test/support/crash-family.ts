import { expect } from 'vitest';
import { type CrashPoint, crashPoints, type TracedCall, uncovered } from './crash-points.ts';
import { runScenario, type Scenario } from './crash-harness.ts';
import type { ReindexBed } from './reindex-bed.ts';

/** Runs that do not know each other share the servers; more at once gain nothing on few cores. */
const AT_ONCE = 5;

/** One run without a crash, then one for each point that it shows. Returns how many points were tried. */
export async function crashEverywhere(
  bed: ReindexBed,
  scenario: Scenario,
  from: (calls: readonly TracedCall[]) => readonly TracedCall[] = (calls) => calls,
): Promise<number> {
  // What is made once for a whole cluster, such as the index of the locks, is made by now: no later run would show it.
  await runScenario(bed, scenario);
  const { calls } = await runScenario(bed, scenario);
  const relevant = from(calls);
  const points = crashPoints(relevant);
  const crashed: CrashPoint[] = [];
  const failures: string[] = [];
  await inParallel(points, async (point) => {
    try {
      if ((await runScenario(bed, scenario, point)).crashed) crashed.push(point);
    } catch (error) {
      failures.push(`${point.when} ${point.call}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  expect(failures).toEqual([]);
  expect(uncovered(relevant, crashed), 'calls at which no process has died').toEqual([]);
  return crashed.length;
}

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
