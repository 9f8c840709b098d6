import { contentHash } from '../../runtime/content-hash.ts';
import { isObject } from '../json-object.ts';
import { IDENTITY, writtenFault } from './written-fields.ts';

/**
 * What an ingest pipeline may not do in a copy: a document keeps its place, and is written whatever is there. Pipelines are read
 * before anything runs and as long as it does, the ones that they call included.
 */
export type Pipelines = Readonly<Record<string, unknown>>;

const NAMES_IDENTITY = new RegExp(`\\b(?:${IDENTITY.join('|')})\\b`);

/** One sentence for each fault that is found, the pipeline named; empty when all are fine. */
export function pipelineFaults(
  name: string,
  pipelines: Pipelines,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] {
  if (seen.has(name)) return [];
  const pipeline = pipelines[name];
  if (pipeline === undefined) return [`ingest pipeline ${name} does not exist: create it, then retry`];
  return processorsIn(pipeline).flatMap(([type, options]) =>
    faultOf(name, type, options, pipelines, new Set([...seen, name])),
  );
}

/** The pipelines that this one calls, itself not included: what has to be read next. */
export function calledPipelines(pipeline: unknown): readonly string[] {
  return processorsIn(pipeline).flatMap(([type, options]) =>
    type === 'pipeline' && typeof options['name'] === 'string' ? [options['name']] : [],
  );
}

/** Whether they are still what was judged: anybody may change them. One that was not there and has come tells as well. */
export function pipelinesHash(pipelines: Pipelines): string {
  return contentHash(pipelines);
}

function faultOf(
  name: string,
  type: string,
  options: Readonly<Record<string, unknown>>,
  pipelines: Pipelines,
  seen: ReadonlySet<string>,
): readonly string[] {
  if (type === 'drop')
    return [
      `ingest pipeline ${name} drops documents, so the counts could not prove the copy: use spec.source.query in a new request`,
    ];
  if (type === 'reroute' || type === 'date_index_name')
    return [
      `ingest pipeline ${name} has a ${type} processor, which could write to another index: remove it, ${OTHERWISE}`,
    ];
  if (type === 'pipeline') return calledFault(name, options, pipelines, seen);
  const named = type === 'script' ? NAMES_IDENTITY.exec(textOf(options['source']))?.[0] : undefined;
  if (named !== undefined)
    return [
      `ingest pipeline ${name} has a script that names ${named}, which must not change: correct it, ${OTHERWISE}`,
    ];
  if (type === 'script' && options['id'] !== undefined)
    return [
      `ingest pipeline ${name} runs a stored script, which cannot be checked beforehand: put its source into the pipeline, ${OTHERWISE}`,
    ];
  const fault = writtenFault(type, options);
  return fault === undefined ? [] : [`ingest pipeline ${name} ${fault}, ${OTHERWISE}`];
}

/** A pipeline that other writers need as it is cannot be corrected. */
const OTHERWISE = 'then retry, or use another pipeline, or none, in a new request';

function calledFault(
  name: string,
  options: Readonly<Record<string, unknown>>,
  pipelines: Pipelines,
  seen: ReadonlySet<string>,
): readonly string[] {
  const called = textOf(options['name']);
  if (called.includes('{{'))
    return [
      `ingest pipeline ${name} calls a pipeline whose name is a template, which cannot be checked beforehand: name it directly, ${OTHERWISE}`,
    ];
  if (pipelines[called] === undefined && options['ignore_missing_pipeline'] === true) return [];
  return pipelineFaults(called, pipelines, seen);
}

/** Every processor at any depth (on_failure, foreach), as [type, options]. */
function processorsIn(value: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (Array.isArray(value)) return value.flatMap(processorEntries);
  if (!isObject(value)) return [];
  return [...processorsIn(value['processors'] ?? []), ...processorsIn(value['on_failure'] ?? [])];
}

function processorEntries(
  processor: unknown,
): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (!isObject(processor)) return [];
  return Object.entries(processor).flatMap(([type, options]) => {
    if (!isObject(options)) return [];
    const inner = type === 'foreach' ? processorEntries(options['processor']) : [];
    return [[type, options] as const, ...inner, ...processorsIn(options['on_failure'] ?? [])];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
