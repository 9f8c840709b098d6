import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path } from './path.ts';

/** What a document is known by: the same id may exist once under each of several routings. */
export interface DocumentKey {
  readonly id: string;
  readonly routing: string | undefined;
}

export interface StoredDocument extends DocumentKey {
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** Undefined unless it was asked for. */
  readonly source: Readonly<Record<string, unknown>> | undefined;
}

/** An index whose mapping requires a routing has no document without one: that is an answer. */
const withoutRouting = z
  .object({ error: z.object({ type: z.literal('routing_missing_exception') }) })
  .transform(() => ({ found: false }) as const);

// Any other error makes the answer incomplete, never a document absent.
const item = z.union([
  withoutRouting,
  z.object({ found: z.literal(false) }),
  z.object({
    found: z.literal(true),
    _id: z.string(),
    _routing: z.string().optional(),
    _seq_no: z.number(),
    _primary_term: z.number(),
    _source: z.record(z.string(), z.unknown()).optional(),
  }),
]);

/**
 * Reads documents as they are at this moment, refreshed or not; in the order of `keys`, undefined where there is none.
 * Clusters from 9.2 on, and no others, let themselves be asked for `vectors`, which they leave out of contents otherwise.
 * Elasticsearch uses a routing only to find the shard: what it finds there under another routing counts as none.
 * @throws ElasticsearchError `incomplete` when any document could not be read.
 */
export async function getDocuments(
  es: Elasticsearch,
  index: string,
  keys: readonly DocumentKey[],
  options: { readonly source?: boolean; readonly vectors?: boolean } = {},
  signal?: AbortSignal,
): Promise<readonly (StoredDocument | undefined)[]> {
  if (keys.length === 0) return [];
  const docs = keys.map(({ id, routing }) => ({ _id: id, ...(routing !== undefined && { routing }) }));
  // Without naming it, `_source: false` would leave out the routing as well.
  const contents = {
    _source: options.source ?? false,
    ...(options.vectors && { _source_exclude_vectors: false }),
  };
  const query = { stored_fields: '_routing', ...contents };
  const request = { method: 'POST', path: path`/${concrete(index)}/_mget`, query, body: { docs } } as const;
  const answer = await ask(es, request, z.object({ docs: z.array(item).length(keys.length) }), signal);
  return answer.docs.map((found, at) => documentOf(found, keys[at]));
}

function documentOf(found: z.infer<typeof item>, key: DocumentKey | undefined): StoredDocument | undefined {
  if (!found.found || found._routing !== key?.routing) return undefined;
  return {
    id: found._id,
    routing: found._routing,
    seqNo: found._seq_no,
    primaryTerm: found._primary_term,
    source: found._source,
  };
}
