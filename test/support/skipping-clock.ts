import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** Time that passes at once where the operator would wait. */
export interface SkippingClock extends Clock {
  skip(ms: number): void;
  /** How far it is ahead of the real time, in milliseconds. */
  skipped(): number;
}

/** @param startMs where its wall clock begins; now when absent. */
export function skippingClock(startMs = systemClock.now()): SkippingClock {
  let skipped = startMs - systemClock.now();
  return {
    now: () => systemClock.now() + skipped,
    monotonic: () => systemClock.monotonic() + skipped,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    skip: (ms) => void (skipped += ms),
    skipped: () => skipped,
  };
}
