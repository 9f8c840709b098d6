import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';

/** One thing to do before the process ends. */
export interface ShutdownStep {
  /** What is done, for the log. */
  readonly name: string;
  /** Milliseconds after which the next step begins all the same. */
  readonly limitMs: number;
  readonly run: () => Promise<unknown>;
  /** False: not even tried when an earlier step did not end well. Default true. */
  readonly always?: boolean;
}

/**
 * Runs the steps in order, each within its limit. A step that fails or takes too long is told and passed over: the
 * process ends in any case. Returns whether all ended well.
 */
export async function shutDown(
  steps: readonly ShutdownStep[],
  { clock, log }: { readonly clock: Clock; readonly log: PassLogger },
): Promise<boolean> {
  let clean = true;
  for (const step of steps) {
    if (!clean && step.always === false) {
      log.warn({ step: step.name }, 'shutdown step left out: an earlier one did not end');
      continue;
    }
    const problem = await attempt(step, clock);
    if (problem === undefined) continue;
    clean = false;
    log.warn({ step: step.name, err: problem }, 'shutdown step did not end well');
  }
  return clean;
}

async function attempt({ name, limitMs, run }: ShutdownStep, clock: Clock): Promise<unknown> {
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then(
    () => new Error(`${name}: not done within ${limitMs} ms`),
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
