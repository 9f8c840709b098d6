import { asObject, isObject } from '../json-object.ts';
import type { Body } from './actions.ts';
import { LISTS } from './mappings.ts';

/**
 * The setting or field that Elasticsearch refuses an index for. Only a name that the index itself states: Elasticsearch's
 * own words do not go into a status.
 */
export function refusedPart({ settings, mappings }: Body, detail = ''): string | undefined {
  const setting = Object.keys(asObject(settings)).find((key) => detail.includes(`[${key}]`));
  if (setting !== undefined) return `setting ${setting}`;
  const field = fieldNames(asObject(mappings)).find((name) => isNamed(detail, name));
  return field === undefined ? undefined : `field ${field}`;
}

/** Fields often have names that other things have too, such as types: only where the words say that it is one. */
function isNamed(detail: string, name: string): boolean {
  return ['field ', 'field:', 'alias ', 'mapper '].some((kind) => detail.includes(`${kind}[${name}]`));
}

/** Full names of all fields, and the short ones, by which some refusals call them; the longest first. */
function fieldNames(
  mappings: Readonly<Record<string, unknown>>,
  path: readonly string[] = [],
): readonly string[] {
  const lists = Object.entries(mappings).filter(([key]) => LISTS.has(key));
  const fields = lists.flatMap(([, list]) => (isObject(list) ? Object.entries(list) : []));
  return fields.flatMap(([name, field]) => {
    const own = [...path, name];
    return [...(isObject(field) ? fieldNames(field, own) : []), own.join('.'), name];
  });
}
