import { pause } from './clock.ts';
import type { Clock } from './clock.ts';

/** How often the time of day is compared with what has passed. */
const LOOK_MS = 30_000;
/** Time servers mend less by slewing. */
const JUMP_MS = 5_000;

/**
 * Waits are measured by what has passed, since the time of day may jump; but many of them end at a time of day. When that
 * was set, or the machine has slept, what is due must be looked at anew.
 */
export async function watchClock(
  clock: Clock,
  onJump: (seconds: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const ahead = () => clock.now() - clock.monotonic();
  let before = ahead();
  while (!signal.aborted) {
    await pause(clock, LOOK_MS, signal);
    const jump = ahead() - before;
    if (Math.abs(jump) > JUMP_MS && !signal.aborted) onJump(Math.round(jump / 1000));
    before += jump;
  }
}
