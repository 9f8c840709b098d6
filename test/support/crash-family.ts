import { expect } from 'vitest';
import type { RunResult } from './crash-lives.ts';
import { type CrashPoint, crashPoints, type TracedCall, uncovered } from './crash-points.ts';

/** Runs that do not know each other share the servers; more at once gain nothing on few cores. */
const AT_ONCE = 5;

/**
 * A run is a whole job on real servers, and a death costs little beside it. `DEATHS_PER_RUN=1` tells which one of a run
 * that failed is to blame.
 */
const DEATHS_PER_RUN = Number(process.env['DEATHS_PER_RUN'] ?? 8);

export interface Family {
  /** Brings a world of its own from a start to an end, past processes that die at these points, and judges the end. */
  readonly run: (points: readonly CrashPoint[]) => Promise<RunResult>;
  /** The calls of a run at which processes are to die; all when absent. */
  readonly relevant?: (calls: readonly TracedCall[]) => readonly TracedCall[];
  /** Where the first death changes what the rest of the run does. */
  readonly oneDeathPerRun?: boolean;
}

/** One run without a death, then others until a process has died at each point that it shows. Returns how many there were. */
export async function dieEverywhere({ run, relevant, oneDeathPerRun }: Family): Promise<number> {
  const { calls } = await run([]);
  const concerned = relevant?.(calls) ?? calls;
  const points = crashPoints(concerned);
  const together = await dieInGroups(run, spread(points, oneDeathPerRun ? 1 : DEATHS_PER_RUN));
  // What the deaths before it have kept a run from coming by.
  const missed = points.filter((point) => !together.includes(point));
  const alone = await dieInGroups(run, spread(missed, 1));
  const died = [...together, ...alone];
  expect(uncovered(concerned, died), 'calls at which no process has died').toEqual([]);
  return died.length;
}

/** Far apart, so that each of a group finds a job that was brought forward since the one before. */
export function spread<T>(items: readonly T[], groupSize: number): readonly (readonly T[])[] {
  const groups = Math.ceil(items.length / groupSize);
  return Array.from({ length: groups }, (_, group) => items.filter((_item, at) => at % groups === group));
}

async function dieInGroups(
  run: Family['run'],
  groups: readonly (readonly CrashPoint[])[],
): Promise<readonly CrashPoint[]> {
  const died: CrashPoint[] = [];
  const failures: string[] = [];
  await inParallel(groups, async (group) => {
    try {
      died.push(...(await run(group)).died);
    } catch (error) {
      const where = group.map(({ when, call }) => `${when} ${call}`).join(', then ');
      failures.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  expect(failures).toEqual([]);
  return died;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
