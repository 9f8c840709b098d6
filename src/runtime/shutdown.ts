import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';

/** One thing to do before the process ends. */
export interface ShutdownStep {
  /** What is done, for the log. */
  readonly name: string;
  /** Milliseconds after which the next step begins all the same. */
  readonly limitMs: number;
  readonly run: () => Promise<unknown>;
  /** The name of an earlier step: this one is left out when that one did not end well. */
  readonly needs?: string;
}

/**
 * Runs the steps in order, each within its limit. A step that fails or takes too long is told and passed over: the
 * process ends in any case. Returns whether all ended well.
 */
export async function shutDown(
  steps: readonly ShutdownStep[],
  { clock, log }: { readonly clock: Clock; readonly log: PassLogger },
): Promise<boolean> {
  const failed = new Set<string>();
  for (const step of steps) {
    const blocked = step.needs !== undefined && failed.has(step.needs);
    const problem = blocked ? `left out, because "${step.needs}" did not end` : await attempt(step, clock);
    if (problem === undefined) continue;
    failed.add(step.name);
    log.warn({ step: step.name, err: problem }, 'a step of the shutdown did not end well');
  }
  return failed.size === 0;
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
