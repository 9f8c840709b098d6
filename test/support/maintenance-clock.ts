const DAY_MS = 86_400_000;
/** More than a file of tests takes. */
const MARGIN_MS = 30 * 60_000;

/** Milliseconds to the next day (UTC) where that is about to begin, else none. */
export function aheadAt(now: number): number {
  const left = DAY_MS - (now % DAY_MS);
  return left < MARGIN_MS ? left : 0;
}

/**
 * How far the names of indexes, and the operator of policies that judge by them, are ahead of the real time: what is of
 * today when a file of tests begins is of today until it ends.
 */
export const AHEAD_MS = aheadAt(Date.now());
