import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';

export interface Pipeline {
  readonly processors: readonly Readonly<Record<string, unknown>>[];
  readonly on_failure?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly [property: string]: unknown;
}

export interface SimulatedDocument {
  readonly index: string;
  readonly id: string;
  readonly routing: string | undefined;
  readonly source: Readonly<Record<string, unknown>>;
}

export type SimulationResult =
  | { readonly type: 'document'; readonly document: SimulatedDocument }
  | { readonly type: 'dropped' }
  | { readonly type: 'failed'; readonly errorType: string };

const jsonObject = z.record(z.string(), z.unknown());
const pipelines = z.record(
  z.string(),
  z.looseObject({ processors: z.array(jsonObject), on_failure: z.array(jsonObject).optional() }),
);
const result: z.ZodType<SimulationResult> = z.union([
  z
    .object({
      doc: z.object({
        _index: z.string(),
        _id: z.string(),
        _routing: z.string().optional(),
        _source: jsonObject,
      }),
    })
    .transform(({ doc }) => ({
      type: 'document' as const,
      document: { index: doc._index, id: doc._id, routing: doc._routing, source: doc._source },
    })),
  z
    .object({ error: z.object({ type: z.string() }) })
    .transform(({ error }) => ({ type: 'failed' as const, errorType: error.type })),
  // `null` up to 8.x and in 9.x: the drop processor took it.
  z.null().transform(() => ({ type: 'dropped' as const })),
]);

/** The definition of an ingest pipeline; undefined when it does not exist. */
export async function getPipeline(
  es: Elasticsearch,
  id: string,
  signal?: AbortSignal,
): Promise<Pipeline | undefined> {
  const request = { method: 'GET', path: path`/_ingest/pipeline/${concrete(id)}` } as const;
  const found = await undefinedWhen(['notFound'], ask(es, request, pipelines, signal));
  return found?.[id];
}

/** Runs documents through an existing pipeline without storing them; results in their order. */
export async function simulatePipeline(
  es: Elasticsearch,
  id: string,
  documents: readonly SimulatedDocument[],
  signal?: AbortSignal,
): Promise<readonly SimulationResult[]> {
  const docs = documents.map(({ index, id, routing, source }) => ({
    _index: index,
    _id: id,
    ...(routing !== undefined && { _routing: routing }),
    _source: source,
  }));
  const request = {
    method: 'POST',
    path: path`/_ingest/pipeline/${concrete(id)}/_simulate`,
    body: { docs },
  } as const;
  return (await ask(es, request, z.object({ docs: z.array(result).length(docs.length) }), signal)).docs;
}
