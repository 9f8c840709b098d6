import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { path } from './path.ts';

const index = z.object({
  aliases: z.record(z.string(), z.unknown()).default({}),
  mappings: z.object({ _meta: z.unknown() }).optional(),
});

/** What tells who works on an index: the names of its aliases and the `_meta` of its mapping. */
export interface IndexMarks {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly meta: unknown;
}

/** Of all indexes that match a pattern, hidden and closed ones included; of thousands a small answer. */
export async function indexMarks(
  es: Elasticsearch,
  pattern: string,
  signal?: AbortSignal,
): Promise<readonly IndexMarks[]> {
  const query = {
    expand_wildcards: 'all',
    allow_no_indices: true,
    filter_path: '*.aliases,*.mappings._meta',
  };
  const request = { method: 'GET', path: path`/${pattern}`, query } as const;
  const found = await ask(es, request, z.record(z.string(), index), signal);
  return Object.entries(found).map(([name, { aliases, mappings }]) => ({
    name,
    aliases: Object.keys(aliases),
    meta: mappings?._meta,
  }));
}
