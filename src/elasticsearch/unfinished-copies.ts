import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const schema = z.record(
  z.string(),
  z.object({
    mappings: z.object({ _meta: z.object({ 'es-steward': z.object({ state: z.string().optional() }) }) }),
  }),
);

/** Which of these indexes are copies of a ReindexRequest that has not finished them, whoever it was. */
export async function unfinishedCopies(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const query = {
    ignore_unavailable: true,
    expand_wildcards: 'all',
    filter_path: '*.mappings._meta.es-steward.state',
  };
  const parts = await Promise.all(
    inGroups(names).map((group) =>
      ask(es, { method: 'GET', path: `/${listOf(group)}/_mapping`, query }, schema, signal),
    ),
  );
  return parts.flatMap((part) =>
    Object.entries(part)
      .filter(([, { mappings }]) => mappings._meta['es-steward'].state !== 'final')
      .map(([name]) => name),
  );
}
