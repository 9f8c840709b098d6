import { isObject } from '../json-object.ts';

/** Where fields are listed. */
export const LISTS: ReadonlySet<string> = new Set(['properties', 'fields', 'runtime']);

/** Mappings with others laid over them: what those state replaces what is there, the rest stays. */
export function mergedMappings(
  base: Record<string, unknown>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = base[key];
    if (!isObject(below) || !isObject(value)) return [key, value] as const;
    return [key, LISTS.has(key) ? mergedFields(below, value) : mergedMappings(below, value)] as const;
  });
  return { ...base, ...Object.fromEntries(entries) };
}

/** As Elasticsearch lays templates over each other: a field of another type has nothing of the one that it replaces. */
function mergedFields(
  base: Record<string, unknown>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = Object.entries(over).map(([name, field]) => {
    const before = base[name];
    const goesOn = isObject(before) && isObject(field) && isSameKind(before, field);
    return [name, goesOn ? mergedMappings(before, field) : field] as const;
  });
  return { ...base, ...Object.fromEntries(entries) };
}

/** Who states neither a type nor fields below it only adds to what is there. Objects and nested ones differ in how they are indexed. */
export function isSameKind(before: Record<string, unknown>, field: Record<string, unknown>): boolean {
  const stated = field['type'] ?? ('properties' in field ? 'object' : undefined);
  const kind = (type: unknown) => (type === 'nested' ? 'object' : type);
  return stated === undefined || kind(stated) === kind(before['type'] ?? 'object');
}
