import { asObject, isObject } from '../json-object.ts';

/**
 * `now` in a query is another time for each part of a copy and for its proof. It is resolved once, to the time of the plan:
 * Elasticsearch does the same date math from a fixed time (`2026-03-01T12:00:00.000Z||-7d/d`) as from `now`.
 */
const BOUNDS = new Set(['gt', 'gte', 'lt', 'lte', 'from', 'to']);
const SAYS_NOW = /^now(?![\w.])/;
/** Whatever stands where, this is date math. */
const IS_DATE_MATH = /^now([+-][0-9]+[yMwdhHms]|\/[yMwdhHms])/;
const IN_TEXT = /[[{][^\]}]*\bnow\b|[<>]=?\s*now\b|:\s*\\?"?now(?:[+-][0-9]|\\?\/[yMwdhHms])/;

type Json = Readonly<Record<string, unknown>>;

/** @param at RFC 3339, with milliseconds. */
export function resolveNow(query: unknown, at: string): unknown {
  if (Array.isArray(query)) return query.map((each) => resolveNow(each, at));
  if (!isObject(query)) return query;
  return mapped(query, (key, value) =>
    key === 'range' && isObject(value)
      ? mapped(value, (_, range) => (isObject(range) ? resolveRange(range, at) : range))
      : resolveNow(value, at),
  );
}

function resolveRange(range: Json, at: string): Json {
  if (!boundsOf(range).some(saysNow)) return range;
  const fixed = mapped(range, (key, value) =>
    BOUNDS.has(key) && saysNow(value) ? `${at}||${value.slice('now'.length)}` : value,
  );
  const { format } = range;
  return typeof format === 'string' ? { ...fixed, format: `${format}||strict_date_time` } : fixed;
}

/**
 * Why `now` cannot be resolved exactly; undefined when it can, or is not said.
 * @param mappings of the index that is queried.
 */
export function nowFault(query: unknown, mappings: unknown): string | undefined {
  if (typeof query === 'string')
    return IS_DATE_MATH.test(query) ? 'says `now` outside of a range' : undefined;
  if (Array.isArray(query)) return firstOf(query, (each) => nowFault(each, mappings));
  if (!isObject(query)) return undefined;
  return firstOf(Object.entries(query), ([key, value]) => {
    if (key === 'range' && isObject(value))
      return firstOf(Object.entries(value), ([field, range]) => rangeFault(field, range, mappings));
    if (key.endsWith('query_string') && isObject(value) && IN_TEXT.test(String(value['query'])))
      return `says \`now\` in a ${key}, which only Elasticsearch can read`;
    return nowFault(value, mappings);
  });
}

function rangeFault(field: string, range: unknown, mappings: unknown): string | undefined {
  if (!isObject(range) || !boundsOf(range).some(saysNow)) return undefined;
  const { type, format, locale } = fieldOf(field, mappings) ?? {};
  if (type !== 'date' && type !== 'date_nanos')
    return `compares ${field} with \`now\`, which the source does not map as a date`;
  if (range['format'] === undefined && format === undefined) return undefined;
  if (locale !== undefined) return `compares ${field} with \`now\`, whose mapping has a locale`;
  if (range['format'] !== undefined) return undefined;
  return `compares ${field} with \`now\`, whose mapping has a format (name a format in the range as well, then it can)`;
}

/** A runtime field hides the one of the mapping. */
function fieldOf(path: string, mappings: unknown): Json | undefined {
  if (!isObject(mappings)) return undefined;
  const { runtime } = mappings;
  const hiding = isObject(runtime) ? runtime[path] : undefined;
  if (isObject(hiding)) return hiding;
  const found = below(path.split('.'), mappings);
  return found?.['type'] === 'alias' ? below(String(found['path']).split('.'), mappings) : found;
}

/** Names may have dots in them. */
function below(parts: readonly string[], node: Json): Json | undefined {
  if (parts.length === 0) return node;
  const children = { ...asObject(node['properties']), ...asObject(node['fields']) };
  return firstOf(
    parts.map((_, at) => at + 1),
    (count) => {
      const child = children[parts.slice(0, count).join('.')];
      return isObject(child) ? below(parts.slice(count), child) : undefined;
    },
  );
}

function boundsOf(range: Json): readonly unknown[] {
  return Object.entries(range).flatMap(([key, value]) => (BOUNDS.has(key) ? [value] : []));
}

function saysNow(value: unknown): value is string {
  return typeof value === 'string' && SAYS_NOW.test(value);
}

/** What is found in the first of the items in which there is anything. */
export function firstOf<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function mapped(object: Json, change: (key: string, value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}
