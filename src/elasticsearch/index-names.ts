import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { path } from './path.ts';

const schema = z.object({ indices: z.array(z.object({ name: z.string() })) });

/** The names of the indexes that match a pattern, hidden and closed ones included, but no aliases; empty when there is none. */
export async function indexNames(
  es: Elasticsearch,
  pattern: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const query = { expand_wildcards: 'all', allow_no_indices: true };
  const request = { method: 'GET', path: path`/_resolve/index/${pattern}`, query } as const;
  return (await ask(es, request, schema, signal)).indices.map(({ name }) => name);
}
