import { crashAt, type CrashPoint, newTrace, type Trace, type TracedCall } from './crash-points.ts';
import type { Around } from './server-calls.ts';

/** A process that can be ended in the middle of a call. */
export interface Mortal {
  kill(): void;
  close(): Promise<void>;
}

/** How a scenario lets processes work, one after the other. */
export interface Lives<Process extends Mortal> {
  /** @param around stands around each call of both servers. */
  readonly start: (around: Around) => Process;
  /** Until nothing is left to do, or `isDead`. */
  readonly live: (process: Process, isDead: () => boolean) => Promise<void>;
  /**
   * What happens while no process lives.
   * @param arrived when the call is over that was on its way; nobody need wait for it.
   */
  readonly afterDeath?: (arrived: Promise<unknown>) => Promise<void>;
}

export interface RunResult {
  /** Of all processes. */
  readonly calls: readonly TracedCall[];
  /** Where a process has died, in this order. */
  readonly died: readonly CrashPoint[];
}

/**
 * One process after the other, each of which dies at its point; the last one goes on to the end. Calls are counted over
 * all of them: the second point is that far into the run even if it was started over. Points that nobody comes by are left out.
 */
export async function liveAndDie<Process extends Mortal>(
  points: readonly CrashPoint[],
  lives: Lives<Process>,
  trace: Trace = newTrace(),
): Promise<RunResult & { readonly last: Process }> {
  const died: CrashPoint[] = [];
  const stragglers: Promise<unknown>[] = [];
  for (const point of points) {
    const life = await liveOnce(point, lives, trace);
    await life.process.close();
    stragglers.push(...life.crash.stragglers);
    if (!life.crash.happened()) break;
    died.push(point);
    await lives.afterDeath?.(Promise.all(life.crash.stragglers));
  }
  const { process: last } = await liveOnce(undefined, lives, trace);
  await Promise.all(stragglers);
  return { calls: trace.calls, died, last };
}

async function liveOnce<Process extends Mortal>(
  point: CrashPoint | undefined,
  { start, live }: Lives<Process>,
  trace: Trace,
) {
  const crash = crashAt(point, trace, () => process.kill());
  const process = start(crash.around);
  await live(process, crash.happened);
  return { process, crash };
}
