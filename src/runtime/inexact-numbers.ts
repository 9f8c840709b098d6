/**
 * Where a spec has a number beyond 2^53, up to which whole numbers are exact; undefined without one. JSON tells more
 * digits than such a number keeps: it has been rounded by the time anybody sees it, and a query for it finds something
 * else. No field of a kind is that large, so it is in an object that is passed on, such as a query.
 */
export function inexactNumber(value: unknown, path: Path = []): Path | undefined {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, member] of members) {
    const found = inexactNumber(member, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Path = readonly PropertyKey[];

export const INEXACT =
  'numbers beyond 9007199254740991 are rounded before they get here: write this one as text, in quotes, which a query takes for a number as well (in params of a script read it by Long.parseLong)';
