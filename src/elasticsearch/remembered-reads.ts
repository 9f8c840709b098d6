import { LRUCache } from 'lru-cache';
import type { Clock } from '../runtime/clock.ts';
import type { ConnectionReads, StoredKeys } from './connection-settings.ts';

export interface RememberedReads extends ConnectionReads {
  /** The next read of anything in this namespace asks the source. */
  forget(namespace: string): void;
}

/** Rotated credentials are in use after at most this, plus one probe: no watch on all Secrets is needed for it. */
const REMEMBER_MS = 30_000;
const MAX_OBJECTS = 1_000;

interface Remembered {
  readonly stored: StoredKeys;
  readonly at: number;
}

/** Secrets and ConfigMaps, each read at most every 30 seconds. That one is missing is never remembered. */
export function rememberReads(source: ConnectionReads, clock: Clock): RememberedReads {
  const known = new LRUCache<string, Remembered>({ max: MAX_OBJECTS });

  const remembering =
    (kind: 'secret' | 'configMap'): ConnectionReads['secret'] =>
    async (namespace, name, signal) => {
      const key = `${namespace}/${kind}/${name}`;
      const at = clock.monotonic();
      const last = known.get(key);
      if (last !== undefined && at - last.at < REMEMBER_MS) return last.stored;
      known.delete(key);
      const stored = await source[kind](namespace, name, signal);
      if (stored !== undefined) known.set(key, { stored, at });
      return stored;
    };

  const forget = (namespace: string) => {
    for (const key of known.keys()) if (key.startsWith(`${namespace}/`)) known.delete(key);
  };
  return { secret: remembering('secret'), configMap: remembering('configMap'), forget };
}
