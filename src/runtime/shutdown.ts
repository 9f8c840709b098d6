import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';

/** One thing to do before the process ends. */
export interface ShutdownStep {
  /** What is done, for the log. */
  readonly name: string;
  /** Milliseconds since the first step began, after which the next one begins all the same; more for each step. */
  readonly untilMs: number;
  readonly run: () => Promise<unknown>;
}

/**
 * Runs the steps in order. One that fails or is not done in time is told and passed over: the process ends in any case,
 * at the time of its last step. What a step leaves of its time, the next ones have. Returns whether all ended well.
 */
export async function shutDown(
  steps: readonly ShutdownStep[],
  { clock, log }: { readonly clock: Clock; readonly log: PassLogger },
): Promise<boolean> {
  const start = clock.monotonic();
  let allWell = true;
  for (const { name, untilMs, run } of steps) {
    const problem = await attempt(run, start + untilMs - clock.monotonic(), clock);
    if (problem === undefined) continue;
    allWell = false;
    log.warn({ step: name, err: problem }, 'a step of the shutdown did not end well');
  }
  return allWell;
}

async function attempt(run: ShutdownStep['run'], limitMs: number, clock: Clock): Promise<unknown> {
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then(
    () => new Error(`not done within ${Math.round(limitMs)} ms`),
    () => undefined, // the step was faster
  );
  const done = async () => {
    try {
      await run();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const problem: unknown = await Promise.race([done(), late]);
  over.abort();
  return problem;
}
