import { isDeepStrictEqual } from 'node:util';

export type Json = Readonly<Record<string, unknown>>;

/**
 * The JSON merge patch (RFC 7386) that turns `before` into `after`, or undefined when they are equal. A member that is
 * gone becomes an explicit null; lists are sent whole.
 */
export function mergePatchBetween(before: Json, after: Json): Json | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (isAbsent(after[key])) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    if (isAbsent(value) || isDeepStrictEqual(before[key], value)) continue;
    const change = changeOf(before[key], value);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** What was an object and is one is changed member by member; everything else is replaced. */
function changeOf(before: unknown, after: unknown): unknown {
  if (!isObject(after)) return after;
  // A merge patch merges into whatever is there: a list or a scalar that becomes an object is replaced by the server.
  return isObject(before) ? mergePatchBetween(before, after) : withoutAbsent(after);
}

/** Null would mean "remove" inside a merge patch, and undefined is not JSON. */
function withoutAbsent(value: Json): Json {
  const present = Object.entries(value).filter(([, member]) => !isAbsent(member));
  return Object.fromEntries(
    present.map(([key, member]) => [key, isObject(member) ? withoutAbsent(member) : member]),
  );
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
