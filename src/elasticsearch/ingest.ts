import { z } from 'zod';
import { ask, incompleteAnswer, jsonObject } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { path, pipelineName } from './path.ts';

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

/** What one processor made of a document; processors of called pipelines are among them. */
export interface SimulatedStep {
  /** Its kind, such as `set`. */
  readonly processor: string;
  readonly failed: boolean;
  /** The document after it, where it is known. */
  readonly document: SimulatedDocument | undefined;
}

const pipelines = z.record(
  z.string(),
  z.looseObject({ processors: z.array(jsonObject), on_failure: z.array(jsonObject).optional() }),
);
const document = z
  .object({
    _index: z.string(),
    _id: z.string(),
    _routing: z.string().optional(),
    _source: jsonObject,
  })
  .transform(({ _index, _id, _routing, _source }) => ({
    index: _index,
    id: _id,
    routing: _routing,
    source: _source,
  }));
const step: z.ZodType<SimulatedStep> = z
  .object({ processor_type: z.string(), status: z.string(), doc: document.optional() })
  .transform(({ processor_type, status, doc }) => ({
    processor: processor_type,
    failed: status === 'error',
    document: doc,
  }));
const result: z.ZodType<SimulationResult> = z.union([
  z.object({ doc: document }).transform(({ doc }) => ({ type: 'document' as const, document: doc })),
  z
    .object({ error: z.object({ type: z.string() }) })
    .transform(({ error }) => ({ type: 'failed' as const, errorType: error.type })),
  // `null` up to 8.x and in 9.x: the drop processor took it.
  z.null().transform(() => ({ type: 'dropped' as const })),
]);

/**
 * The definition of an ingest pipeline; undefined when it does not exist.
 * @throws ElasticsearchError `incomplete` for an answer without it: that says nothing.
 */
export async function getPipeline(
  es: Elasticsearch,
  id: string,
  signal?: AbortSignal,
): Promise<Pipeline | undefined> {
  const request = { method: 'GET', path: path`/_ingest/pipeline/${pipelineName(id)}` } as const;
  const found = await undefinedWhen(['notFound'], ask(es, request, pipelines, signal));
  if (found === undefined) return undefined;
  const pipeline = found[id];
  if (pipeline === undefined) throw incompleteAnswer(request, `${id} is not in it`);
  return pipeline;
}

/** Runs documents through an existing pipeline without storing them; results in their order. */
export async function simulatePipeline(
  es: Elasticsearch,
  id: string,
  documents: readonly SimulatedDocument[],
  signal?: AbortSignal,
): Promise<readonly SimulationResult[]> {
  const results = z.object({ docs: z.array(result).length(documents.length) });
  return (await ask(es, simulation(id, documents), results, signal)).docs;
}

/** The way of one document through a pipeline, processor by processor. */
export async function simulateSteps(
  es: Elasticsearch,
  id: string,
  document: SimulatedDocument,
  signal?: AbortSignal,
): Promise<readonly SimulatedStep[]> {
  const request = { ...simulation(id, [document]), query: { verbose: true } };
  const steps = z.object({ docs: z.tuple([z.object({ processor_results: z.array(step) })]) });
  return (await ask(es, request, steps, signal)).docs[0].processor_results;
}

function simulation(id: string, documents: readonly SimulatedDocument[]) {
  const docs = documents.map(({ index, id: _id, routing, source }) => ({
    _index: index,
    _id,
    ...(routing !== undefined && { _routing: routing }),
    _source: source,
  }));
  return {
    method: 'POST',
    path: path`/_ingest/pipeline/${pipelineName(id)}/_simulate`,
    body: { docs },
  } as const;
}
