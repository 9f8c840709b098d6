/**
 * Whether version `a` is later than `b`. Decimal integers of any length on every supported server (KEP-5504); of what
 * is no integer nothing is known, so it counts as later: better to believe an event too many than to lose one.
 */
export function isLater(a: string, b: string): boolean {
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return a !== b;
  return a.length === b.length ? a > b : a.length > b.length;
}

const DECIMAL = /^(0|[1-9][0-9]*)$/;
