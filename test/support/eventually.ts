import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a fact holds, and fails with what was seen last. */
export async function eventually<T>(
  fact: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs = 20_000,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    await pause(20);
  }
  throw new Error(`not within ${limitMs} ms: ${fact}`, { cause: last });
}
