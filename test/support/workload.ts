import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { refresh } from '../../src/elasticsearch/refresh.ts';
import { type DocumentOf, sendBulk } from './workload-bulk.ts';
import { seededRandom, workloadDocuments, workloadMappings } from './workload-documents.ts';
import { createPulse, longer, type Waits } from './workload-pulse.ts';
import { createRecord, type WriterRecord } from './workload-record.ts';
import { OPERATIONS_PER_BULK, writeUntil } from './workload-writer.ts';

export interface WorkloadOptions {
  readonly es: Elasticsearch;
  /** The index that is created and filled; only this once it is spoken to by its name. */
  readonly index: string;
  /** What the writers write to. */
  readonly alias: string;
  /** Documents that are there before the writers begin. */
  readonly documents: number;
  /** About how long a document is, in bytes of JSON. */
  readonly documentBytes?: number;
  readonly shards?: number;
  /** More settings of the index. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly writers?: number;
  /** Of all writers together, while nothing holds them up. */
  readonly operationsPerSecond?: number;
  readonly seed?: number;
}

export interface WorkloadResult extends Waits {
  /** The version of every document that must be there, by id. */
  readonly expected: ReadonlyMap<string, number>;
  /** Steps that have happened. */
  readonly operations: number;
  readonly operationsPerSecond: number;
  /** How often a step was sent again, by reason. */
  readonly retries: Readonly<Record<string, number>>;
}

/** An index full of documents, and those who know exactly what is in it. */
export interface Workload {
  /** What must be there as long as nobody writes. */
  readonly expected: ReadonlyMap<string, number>;
  /** Starts the writers. */
  start(): RunningWorkload;
}

export interface RunningWorkload {
  /** Steps that have happened so far. */
  operations(): number;
  /** Lets every writer finish its step; a second call has the same result. @throws when a writer failed, or cannot finish within the limit. */
  stop(limitMs?: number): Promise<WorkloadResult>;
}

const SMALL_DOCUMENT_BYTES = 200;
const LOAD_PER_BULK = 5_000;

/** Creates and fills the index, with an alias on it, and divides its documents among the writers. */
export async function prepareWorkload(options: WorkloadOptions): Promise<Workload> {
  const { writers = 4, seed = 1 } = options;
  const records = Array.from({ length: writers }, (_, writer) =>
    createRecord(writer, seededRandom(seed + writer)),
  );
  await createIndex(options);
  const documentOf = documentsOf(options);
  for (const [place, record] of records.entries()) {
    const share = Math.floor((options.documents + place) / writers);
    await load(options, record, share, documentOf);
  }
  await refresh(options.es, options.index);
  return { expected: expectedOf(records), start: () => startWriters(options, records) };
}

async function createIndex({ es, index, alias, shards = 1, settings }: WorkloadOptions): Promise<void> {
  const body = {
    settings: { number_of_shards: shards, number_of_replicas: 0, ...settings },
    mappings: workloadMappings,
    aliases: { [alias]: {} },
  };
  await es.request({ method: 'PUT', path: `/${encodeURIComponent(index)}`, body });
}

/** Only inserts, so that every document is there at the start. */
async function load(
  options: WorkloadOptions,
  record: WriterRecord,
  documents: number,
  documentOf: DocumentOf,
): Promise<void> {
  for (let left = documents; left > 0; left -= LOAD_PER_BULK) {
    const inserts = record.inserts(Math.min(left, LOAD_PER_BULK));
    const outcomes = await sendBulk(options, inserts, documentOf);
    if (outcomes.some(({ type }) => type !== 'happened'))
      throw new Error(`${options.index} could not be filled: some documents were not acknowledged`);
    for (const insert of inserts) record.happened(insert);
  }
}

function documentsOf({ documentBytes = SMALL_DOCUMENT_BYTES, seed = 1 }: WorkloadOptions) {
  return workloadDocuments(documentBytes, seededRandom(seed));
}

/** Ids of different writers never meet. */
function expectedOf(records: readonly WriterRecord[]): ReadonlyMap<string, number> {
  return new Map(records.flatMap((record) => [...record.documents]));
}

function startWriters(options: WorkloadOptions, records: readonly WriterRecord[]): RunningWorkload {
  const { operationsPerSecond = 2_000 } = options;
  const started = performance.now();
  const [stop, giveUp] = [new AbortController(), new AbortController()];
  const retries: Record<string, number> = {};
  let operations = 0;
  const documentOf = documentsOf(options);
  const writers = records.map((record) => ({
    ...options,
    record,
    pulse: createPulse(() => performance.now()),
    documentOf,
    intervalMs: (records.length * OPERATIONS_PER_BULK * 1000) / operationsPerSecond,
    onHappened: (steps: number) => void (operations += steps),
    onRetry: (reason: string) => void (retries[reason] = (retries[reason] ?? 0) + 1),
  }));
  // A writer that fails is heard of at the end.
  const over = Promise.allSettled(writers.map((writer) => writeUntil(stop.signal, giveUp.signal, writer)));
  return {
    operations: () => operations,
    async stop(limitMs = 180_000) {
      stop.abort();
      const limit = setTimeout(() => giveUp.abort(new Error('a writer cannot finish its step')), limitMs);
      const failed = (await over).find(({ status }) => status === 'rejected');
      clearTimeout(limit);
      if (failed?.status === 'rejected') throw new Error('a writer failed', { cause: failed.reason });
      return {
        ...writers.map(({ pulse }) => pulse.waits).reduce(longer),
        expected: expectedOf(records),
        operations,
        operationsPerSecond: (operations / (performance.now() - started)) * 1000,
        retries,
      };
    },
  };
}
