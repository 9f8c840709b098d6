/**
 * The wait before try number `failures + 1`: anything between `baseMs` and a ceiling that doubles with each failure,
 * so that what failed together does not come back together, and nothing comes back sooner than `baseMs`.
 * @param random a number in [0, 1)
 */
export function backoffMs(
  failures: number,
  limits: { readonly baseMs: number; readonly capMs: number },
  random: () => number,
): number {
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(failures, 30));
  return limits.baseMs + random() * (ceiling - limits.baseMs);
}
