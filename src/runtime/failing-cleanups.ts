import type { ResourceKey } from './controller.ts';
import { keyText } from './resource.ts';

/** The cleanups that keep failing, as this process has seen them: a process that was away has tried nothing. */
export interface FailingCleanups {
  /**
   * Notes a failed try, by the monotonic clock.
   * @returns since when all tries have failed.
   */
  failed(object: ResourceKey & { readonly uid: string }, attempt: Attempt): number;
  forget(key: ResourceKey): void;
}

interface Attempt {
  readonly began: number;
  readonly ended: number;
}

/** Tries come closer together than this: one that fails later was preceded by tries that did not. */
const SILENCE_MS = 240_000;

export function failingCleanups(): FailingCleanups {
  const seen = new Map<string, { readonly uid: string; readonly since: number; readonly last: number }>();
  return {
    failed({ uid, ...key }, { began, ended }) {
      const before = seen.get(keyText(key));
      const goesOn = before?.uid === uid && ended - before.last < SILENCE_MS;
      const since = goesOn ? before.since : began;
      seen.set(keyText(key), { uid, since, last: ended });
      return since;
    },
    forget: (key) => void seen.delete(keyText(key)),
  };
}
