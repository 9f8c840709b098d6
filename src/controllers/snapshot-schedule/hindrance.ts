import { timeOf, timeText } from '../../runtime/time.ts';
import type { Fault, Run } from './observed.ts';

/**
 * What keeps Elasticsearch from beginning a snapshot and may pass by itself, or by a grant. It is no try: a slot waits
 * for its end for as long as it may be late, a run-now for as long as it takes, and `Ready` says why.
 */

/** Soon enough for a clean-up that is short, and for `catchUp: Skip`. */
const AGAIN_MS = 20_000;
const SELDOM_AGAIN_MS = 300_000;

/** The more seldom the longer it lasts. */
export function hindered(run: Run, why: Fault, now: number): Run {
  const since = dueSince(run);
  const waited = now - (timeOf(since) ?? now);
  const pauseMs = Math.min(SELDOM_AGAIN_MS, Math.max(AGAIN_MS, waited / 4));
  return { ...run, hindrance: { ...why, since }, retryTime: timeText(now + pauseMs) };
}

export function withoutHindrance({ hindrance: _hindrance, ...run }: Run): Run {
  return run;
}

/** From when on a wish, or another try, is late. */
export function dueSince({ hindrance, retryTime, waitedUntil, slot }: Run): string {
  const since = hindrance?.since ?? retryTime ?? slot;
  return waitedUntil !== undefined && isLater(waitedUntil, since) ? waitedUntil : since;
}

const isLater = (one: string, other: string): boolean => Date.parse(one) > Date.parse(other);

/** A fraction of the shortest time that a wish may be late: it is not written every few seconds. */
const WAITED_MS = 20_000;

/** The wait for its turn is nobody's fault, and may take as long as the snapshots of others. */
export function waited(run: Run, now: number): Run {
  return now - Date.parse(dueSince(run)) < WAITED_MS ? run : { ...run, waitedUntil: timeText(now) };
}
