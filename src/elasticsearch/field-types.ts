import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const schema = z.object({
  indices: z.array(z.string()),
  fields: z.record(z.string(), z.record(z.string(), z.object({ indices: z.array(z.string()).optional() }))),
});

/**
 * What a field is in each of these indexes, such as `date`; an index that does not know it is absent. Within nested objects
 * it is `nested`, whatever it is there: a query for it finds no document, and says nothing.
 */
export async function fieldTypes(
  es: Elasticsearch,
  names: readonly string[],
  field: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const parents = parentsOf(field);
  for (const group of inGroups(names)) {
    const request = {
      method: 'GET',
      path: `/${listOf(group)}/_field_caps`,
      query: { fields: [field, ...parents].join(','), include_unmapped: true, ignore_unavailable: true },
    } as const;
    const { indices, fields } = await ask(es, request, schema, signal);
    // Where all agree they are not listed once more.
    const typed = (name: string) =>
      Object.entries(fields[name] ?? {}).map(([type, { indices: those = indices }]) => ({ type, those }));
    const own = typed(field).filter(({ type }) => type !== 'unmapped');
    const nested = parents.flatMap(typed).filter(({ type }) => type === 'nested');
    for (const { type, those } of [...own, ...nested]) for (const name of those) found.set(name, type);
  }
  return found;
}

/** `a` and `a.b` of `a.b.c`. */
const parentsOf = (field: string): readonly string[] =>
  field.split('.').flatMap((_, at, parts) => (at === 0 ? [] : [parts.slice(0, at).join('.')]));
