import { LRUCache } from 'lru-cache';

/** Without a sign of life for so long a turn is over, whoever had it. */
export const ABANDONED_MS = 10 * 60_000;
/** How often a request that has its turn says so: some are lost before it counts as gone. */
export const RENEW_MS = 2 * 60_000;

/** Whoever works has said so by then: from here on it is told that nobody may be there any more. */
export const SILENT_MS = RENEW_MS + 60_000;

/** Whoever has not looked for so long cannot tell whether a sign of life was possible meanwhile. */
export const LONGEST_GAP_MS = RENEW_MS;

/** More requests and names than any cluster has at work; what is forgotten is only looked at anew. */
const MOST = 10_000;

/** A sign of life as one watcher has seen it: first, and again and again until last. */
interface Look {
  readonly sign: string;
  readonly since: number;
  readonly last: number;
}

interface LockWatchOptions {
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  /** Which Kubernetes cluster this is. */
  readonly cluster: () => Promise<string>;
}

/**
 * What one process remembers of turns. A lock is never judged by the time that is written in it: whoever waits has to
 * see it unchanged for ten minutes of its own clock, so that no clock that is ahead can take a turn from a living one.
 * Status remembers what earlier processes have seen.
 */
export class LockWatch {
  readonly cluster: () => Promise<string>;
  readonly #monotonic: () => number;
  readonly #seen = new LRUCache<string, Look>({ max: MOST });
  readonly #renewed = new LRUCache<string, number>({ max: MOST });

  constructor({ monotonic, cluster }: LockWatchOptions) {
    this.#monotonic = monotonic;
    this.cluster = cluster;
  }

  /**
   * For how long `watcher` has seen the same sign of life at `name`, in milliseconds. Another sign begins anew, and so does
   * a gap between two looks: while Elasticsearch could not be asked, the holder could not say anything either.
   *
   * @param knownMs for how long another process had seen it, which counts when this one looks for the first time.
   */
  silentMs(watcher: string, name: string, sign: string, knownMs = 0): number {
    const key = `${watcher}/${name}`;
    const now = this.#monotonic();
    const seen = this.#seen.get(key);
    const goesOn = seen?.sign === sign && now - seen.last <= LONGEST_GAP_MS;
    const since = goesOn ? seen.since : now - (seen ? 0 : knownMs);
    this.#seen.set(key, { sign, since, last: now });
    return now - since;
  }

  /** True also in a process that has not renewed anything yet. */
  isRenewalDue(uid: string): boolean {
    const at = this.#renewed.get(uid);
    return at === undefined || this.#monotonic() - at >= RENEW_MS;
  }

  renewed(uid: string): void {
    this.#renewed.set(uid, this.#monotonic());
  }
}
