import { z } from 'zod';
import { ask } from './ask.ts';
import { classifyAnswer } from './classify.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { incomplete } from './errors.ts';
import { concrete, path } from './path.ts';

/** Deletes exactly the version that was read: a document that somebody has written since stays. */
export interface ConditionalDelete {
  readonly id: string;
  readonly routing: string | undefined;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

export interface DeleteResults {
  readonly deleted: number;
  /** Changed since they were read, and kept. */
  readonly changed: number;
}

const item = z.object({ delete: z.object({ status: z.number(), error: z.unknown().optional() }) });

/**
 * @throws ElasticsearchError when an item was neither deleted, nor gone already, nor changed: `forbidden` or `blocked` where all of
 * those are refused, which the same request would meet again; else `incomplete`.
 */
export async function deleteDocuments(
  es: Elasticsearch,
  index: string,
  documents: readonly ConditionalDelete[],
  options: { readonly opaqueId?: string } = {},
  signal?: AbortSignal,
): Promise<DeleteResults> {
  if (documents.length === 0) return { deleted: 0, changed: 0 };
  const body = documents.map((document) => `${deleteLine(document)}\n`).join('');
  const request = { method: 'POST', path: path`/${concrete(index)}/_bulk`, body, ...options } as const;
  const schema = z.object({ items: z.array(item).length(documents.length) });
  const items = (await ask(es, request, schema, signal)).items.map((item) => item.delete);
  const having = (status: number): number => items.filter((each) => each.status === status).length;
  const [refused, ...others] = items.filter(({ status }) => !KNOWN.has(status));
  if (refused === undefined) return { deleted: having(200), changed: having(409) };
  const failed = 1 + others.length;
  if (failed === having(403)) throw classifyAnswer(request, { status: 403, body: { error: refused.error } });
  throw incomplete(`deletes in ${index}`, `${failed} of ${documents.length} failed`);
}

const KNOWN: ReadonlySet<number> = new Set([200, 404, 409]);

function deleteLine({ id, routing, seqNo, primaryTerm }: ConditionalDelete): string {
  return JSON.stringify({
    delete: {
      _id: id,
      if_seq_no: seqNo,
      if_primary_term: primaryTerm,
      ...(routing !== undefined && { routing }),
    },
  });
}
