import { isKubernetesError } from '../kubernetes/errors.ts';
import { pause } from '../runtime/clock.ts';
import { createReflector } from '../runtime/reflector.ts';
import { kindRefOf } from '../runtime/resource.ts';
import type { Session } from './session.ts';
import { definitions, type KindName } from './targets.ts';

/** What is awaited may also end without any event, such as a window that closes by the clock. */
const AT_LATEST_MS = 5_000;

/**
 * A moment to look: at once, after each change of objects of these kinds, and every few seconds. Changes that come
 * while the last look is not over are one. Ends after `limitMs`, or when the session is interrupted.
 */
export async function* looks(
  session: Session,
  types: readonly KindName[],
  namespace: string | undefined,
  limitMs = Number.POSITIVE_INFINITY,
): AsyncGenerator<void> {
  const { clock, kubernetes, signal } = session;
  const end = clock.monotonic() + limitMs;
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const bell = createBell();
  const running = types.map((type) => {
    const kind = kindRefOf(definitions[type]);
    const options = { kubernetes, kind, clock, random: Math.random, onChange: bell.ring };
    return createReflector({ ...options, ...(namespace === undefined ? {} : { namespace }) }).run(stop);
  });
  try {
    while (!signal.aborted && clock.monotonic() < end) {
      yield;
      await Promise.race([bell.rung(), pause(clock, Math.min(AT_LATEST_MS, end - clock.monotonic()), stop)]);
    }
  } finally {
    over.abort();
    await Promise.all(running);
  }
}

/**
 * What a look has seen; undefined when the control plane is away or busy, as when it restarts: whoever waits for hours
 * outlives that, and looks again.
 */
export async function ifAnswered<T>(look: () => Promise<T>): Promise<{ readonly seen: T } | undefined> {
  try {
    return { seen: await look() };
  } catch (error) {
    if (isKubernetesError(error, 'unavailable', 'throttled', 'timeout', 'internal')) return undefined;
    throw error;
  }
}

/** Remembers one ring until somebody waits for it. */
function createBell(): { readonly ring: () => void; readonly rung: () => Promise<void> } {
  let hasRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      hasRung = true;
      wake?.();
    },
    async rung() {
      if (!hasRung) await new Promise<void>((resolve) => (wake = resolve));
      hasRung = false;
    },
  };
}
