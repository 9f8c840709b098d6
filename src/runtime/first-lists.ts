import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';
import type { ControllerRunner } from './start-controller.ts';

/** Most faults of a first list are over by then. */
const PATIENCE_MS = 30_000;

/**
 * Whoever is not in view yet counts as absent, so everything waits for the first whole list of everything. One namespace
 * that may not be listed must not keep the write blocks and backups of all others waiting for ever: after a while only
 * what rests on the missing view waits, and says so (NotSynced).
 */
export async function firstLists(
  runners: readonly Pick<ControllerRunner, 'synced' | 'unlisted'>[],
  { clock, log }: { readonly clock: Clock; readonly log: PassLogger },
): Promise<void> {
  const done = new AbortController();
  const over = pause(clock, PATIENCE_MS, done.signal);
  await Promise.race([Promise.all(runners.map(({ synced }) => synced)), over]);
  done.abort();
  const missing = runners.flatMap((runner) => runner.unlisted());
  if (missing.length > 0) log.warn({ missing }, 'not everything can be listed: what rests on it waits');
}
