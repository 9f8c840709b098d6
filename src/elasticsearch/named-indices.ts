import { z } from 'zod';
import { askState } from './cluster-state.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { incomplete } from './errors.ts';
import { inGroups, listExpression, type ListedIndex, listOf } from './index-listing.ts';

/**
 * Those of these names that exist; one request for each 3,000 bytes of names, and the same of statistics.
 * @throws ElasticsearchError `incomplete` unless Elasticsearch says of the others that they do not exist.
 */
export async function readIndices(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly ListedIndex[]> {
  const parts = await Promise.all(inGroups(names).map((group) => readGroup(es, group, signal)));
  return parts.flat();
}

async function readGroup(es: Elasticsearch, names: readonly string[], signal: AbortSignal | undefined) {
  const indices = await listExpression(es, `/${listOf(names)}`, signal);
  const found = new Set(indices.map(({ name }) => name));
  const lacking = names.filter((name) => !found.has(name));
  if (lacking.length > 0) await assertAbsent(es, lacking, signal);
  return indices;
}

const state = z.object({
  metadata: z.object({ indices: z.record(z.string(), z.unknown()).default({}) }).default({ indices: {} }),
});

/**
 * A list leaves out what does not exist, and so does one that was emptied on its way. The state of the cluster tells the
 * two apart. Needs `monitor`.
 */
async function assertAbsent(es: Elasticsearch, names: readonly string[], signal: AbortSignal | undefined) {
  const query = {
    filter_path: 'metadata.indices.*.settings.index.uuid',
    ignore_unavailable: true,
    expand_wildcards: 'all',
  };
  const request = { path: `/_cluster/state/metadata/${listOf(names)}`, query };
  const { metadata } = await askState(es, request, state, signal);
  // An alias may have taken the name: what is behind it has another one.
  const there = names.find((name) => Object.hasOwn(metadata.indices, name));
  if (there !== undefined) throw incomplete('indexes', `${there} exists and is not in it`);
}
