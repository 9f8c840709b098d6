import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const schema = z.object({
  indices: z.array(z.string()),
  fields: z.record(z.string(), z.record(z.string(), z.object({ indices: z.array(z.string()).optional() }))),
});

/** What a field is in each of these indexes, such as `date`; an index that does not know it is absent. */
export async function fieldTypes(
  es: Elasticsearch,
  names: readonly string[],
  field: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const group of inGroups(names)) {
    const request = {
      method: 'GET',
      path: `/${listOf(group)}/_field_caps`,
      query: { fields: field, include_unmapped: true, ignore_unavailable: true },
    } as const;
    const { indices, fields } = await ask(es, request, schema, signal);
    // Where all agree they are not listed once more.
    for (const [type, { indices: those = indices }] of Object.entries(fields[field] ?? {}))
      for (const name of those) if (type !== 'unmapped') found.set(name, type);
  }
  return found;
}
