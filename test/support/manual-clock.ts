import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/runtime/clock.ts';

export interface ManualClock extends Clock {
  /** Lets time pass; whoever sleeps wakes in order, and what it does settles before time goes on. */
  advance(ms: number): Promise<void>;
  /** Time that passes while the process is stopped: nobody wakes until the next `advance`. */
  jump(ms: number): void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop in which promises that are not waiting for time come to rest. */
const TURNS_TO_SETTLE = 5;

/** A clock for tests without real time. `now` and `monotonic` go together. */
export function manualClock(startMs = Date.parse('2026-01-01T00:00:00Z')): ManualClock {
  let passed = 0;
  const sleepers = new Set<Sleeper>();
  const due = (until: number) =>
    [...sleepers].filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];
  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    sleep: (ms, signal) => sleepUntil(sleepers, passed + ms, signal),
    jump: (ms) => void (passed += ms),
    async advance(ms) {
      const end = passed + ms;
      await settle();
      for (let next = due(end); next !== undefined; next = due(end)) {
        passed = Math.max(passed, next.at);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      passed = end;
    },
  };
}

function sleepUntil(sleepers: Set<Sleeper>, at: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sleeper = { at, wake: resolve };
  const stop = () => {
    sleepers.delete(sleeper);
    reject(signal?.reason);
  };
  if (signal?.aborted === true) stop();
  else sleepers.add(sleeper);
  signal?.addEventListener('abort', stop, { once: true });
  return promise;
}

async function settle(): Promise<void> {
  for (let count = 0; count < TURNS_TO_SETTLE; count += 1) await turn();
}
