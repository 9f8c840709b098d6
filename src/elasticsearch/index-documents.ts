import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { incomplete } from './errors.ts';
import { concrete, path } from './path.ts';

export interface NewDocument {
  readonly id: string;
  readonly routing?: string;
  readonly source: Readonly<Record<string, unknown>>;
}

const item = z.object({ index: z.object({ status: z.number() }) });

/** Writes documents under their ids, over what is there, and shows them. @throws ElasticsearchError `incomplete` when any was refused. */
export async function indexDocuments(
  es: Elasticsearch,
  index: string,
  documents: readonly NewDocument[],
  signal?: AbortSignal,
): Promise<void> {
  if (documents.length === 0) return;
  const lines = documents.map(
    ({ id, routing, source }) =>
      `${JSON.stringify({ index: { _id: id, ...(routing !== undefined && { routing }) } })}\n${JSON.stringify(source)}\n`,
  );
  const request = {
    method: 'POST',
    path: path`/${concrete(index)}/_bulk`,
    query: { refresh: true },
    body: lines.join(''),
  } as const;
  const { items } = await ask(
    es,
    request,
    z.object({ items: z.array(item).length(documents.length) }),
    signal,
  );
  const refused = items.filter(({ index: { status } }) => status >= 300).length;
  if (refused > 0) throw incomplete(`documents of ${index}`, `${refused} were refused`);
}
