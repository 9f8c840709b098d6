import { asObject, isObject } from '../json-object.ts';
import { isSameKind, LISTS } from './mappings.ts';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * What is to be put to `current` so that it has every field of `wanted`, at any depth; undefined when it has. What both have
 * stays as it is in `current`, also where it is of another kind.
 */
export function addedFields(wanted: unknown, current: unknown): Mapping | undefined {
  const [to, from] = [asObject(wanted), asObject(current)];
  const lists = [...LISTS].flatMap((list) => {
    const grown = list === 'runtime' ? grownWhole : within;
    const added = addedTo(asObject(to[list]), asObject(from[list]), grown);
    return added === undefined ? [] : [[list, added] as const];
  });
  return lists.length === 0 ? undefined : Object.fromEntries(lists);
}

/** What is to be put for a field that both have; undefined when nothing is. */
type Grown = (wanted: unknown, current: unknown) => Mapping | undefined;

function addedTo(wanted: Mapping, current: Mapping, grown: Grown): Mapping | undefined {
  const added = Object.entries(wanted).flatMap(([name, field]) => {
    const missing = name in current ? grown(field, current[name]) : field;
    return missing === undefined ? [] : [[name, missing] as const];
  });
  return added.length === 0 ? undefined : Object.fromEntries(added);
}

/** A field is only added to with everything that it is already: what is not said would be taken for a change. */
function within(wanted: unknown, current: unknown): Mapping | undefined {
  if (!isObject(wanted) || !isObject(current) || !isSameKind(current, wanted)) return undefined;
  const added = addedFields(wanted, current);
  if (added === undefined) return undefined;
  const own = Object.entries(current).filter(([key]) => !LISTS.has(key));
  return { ...Object.fromEntries(own), ...added };
}

/**
 * Elasticsearch puts a runtime field in the place of the one of that name and merges nothing: what is not said would be
 * gone. New fields of a composite one come with the script that gives them their values; those that only `current` has stay.
 */
function grownWhole(wanted: unknown, current: unknown): Mapping | undefined {
  if (!isObject(wanted) || !isObject(current) || wanted['type'] !== current['type']) return undefined;
  const [to, from] = [asObject(wanted['fields']), asObject(current['fields'])];
  const isGrown = Object.keys(to).some((name) => !(name in from));
  return isGrown ? { ...wanted, fields: { ...from, ...to } } : undefined;
}
