import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from './errors.ts';
import { path, repositoryName } from './path.ts';

/** One snapshot as its repository tells of it; figures of its files come from `snapshotProgress`. */
export interface Snapshot {
  readonly name: string;
  readonly uuid: string;
  /** `IN_PROGRESS`, `SUCCESS`, `PARTIAL`, `FAILED`, `INCOMPATIBLE`; what a later version adds is passed on. */
  readonly state: string;
  /** Milliseconds since the epoch, by the clock of the elected master. */
  readonly startTime: number;
  /** Undefined while it runs: Elasticsearch then says 1970. */
  readonly endTime: number | undefined;
  readonly shards: { readonly total: number; readonly failed: number };
  readonly indices: readonly string[];
  readonly failures: readonly ShardFailure[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface SnapshotId {
  readonly name: string;
  readonly uuid: string;
}

/** As a list tells of it: what is in it is left out, since the names of thousands of indexes would be repeated. */
export type ListedSnapshot = Omit<Snapshot, 'indices'>;

export interface ShardFailure {
  readonly index: string;
  readonly shard: number;
}

const snapshot = z
  .object({
    snapshot: z.string(),
    uuid: z.string(),
    state: z.string(),
    start_time_in_millis: z.number(),
    end_time_in_millis: z.number().default(0),
    shards: z.object({ total: z.number(), failed: z.number() }).default({ total: 0, failed: 0 }),
    indices: z.array(z.string()).default([]),
    failures: z.array(z.object({ index: z.string(), shard_id: z.number() })).default([]),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(
    (answer): Snapshot => ({
      name: answer.snapshot,
      uuid: answer.uuid,
      state: answer.state,
      startTime: answer.start_time_in_millis,
      endTime: answer.end_time_in_millis > 0 ? answer.end_time_in_millis : undefined,
      shards: answer.shards,
      indices: answer.indices,
      failures: answer.failures.map(({ index, shard_id }) => ({ index, shard: shard_id })),
      metadata: answer.metadata ?? {},
    }),
  );

/** A filter leaves an empty list out; `total` is always there, so that such an answer is told from one of something else. */
const page = z.object({
  snapshots: z.array(snapshot).default([]),
  total: z.number(),
  next: z.string().optional(),
});

const LISTED = [
  'snapshot',
  'uuid',
  'state',
  'start_time_in_millis',
  'end_time_in_millis',
  'shards.total',
  'shards.failed',
  'failures.index',
  'failures.shard_id',
  'metadata',
].map((field) => `snapshots.${field}`);

const PAGE_SIZE = 500;

/**
 * All snapshots of a repository that can be read, the oldest first. One that is damaged would else fail the whole list.
 * @throws ElasticsearchError `notFound` without the repository.
 */
export function listSnapshots(
  es: Elasticsearch,
  repository: string,
  signal?: AbortSignal,
): Promise<readonly Snapshot[]> {
  const query = { filter_path: [...LISTED, 'snapshots.indices', 'next', 'total'].join(',') };
  return readPages(es, repository, query, signal);
}

/** What is in a repository. */
export interface Survey {
  /** The oldest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** Their own file is missing or damaged: nothing else is known of them. */
  readonly unreadable: readonly SnapshotId[];
}

/** As `listSnapshots`, without the names of indexes, and with what cannot be read. */
export async function surveySnapshots(
  es: Elasticsearch,
  repository: string,
  signal?: AbortSignal,
): Promise<Survey> {
  const query = { index_names: false, filter_path: [...LISTED, 'next', 'total'].join(',') };
  const before = await readCatalogue(es, repository, signal);
  const snapshots = await readPages(es, repository, query, signal);
  const listed = new Set(snapshots.map(({ uuid }) => uuid));
  const lacking = before.filter(({ uuid, state }) => state !== 'IN_PROGRESS' && !listed.has(uuid));
  if (lacking.length === 0) return { snapshots, unreadable: [] };
  // What is made or deleted while the list is read lacks in it as well: unreadable is what was there all the time.
  const after = new Set((await readCatalogue(es, repository, signal)).map(({ uuid }) => uuid));
  const unreadable = lacking.filter(({ uuid }) => after.has(uuid));
  return { snapshots, unreadable: unreadable.map(({ name, uuid }) => ({ name, uuid })) };
}

/** Where to read on. */
interface PageAt {
  readonly size: number;
  readonly after: string | undefined;
}

async function readPages(
  es: Elasticsearch,
  repository: string,
  fields: NonNullable<ElasticsearchRequest['query']>,
  signal: AbortSignal | undefined,
): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  const order = { sort: 'start_time', order: 'asc', ignore_unavailable: true };
  let at: PageAt | undefined = { size: PAGE_SIZE, after: undefined };
  while (at !== undefined) {
    const { size, after }: PageAt = at;
    const query = { ...fields, ...order, size, ...(after !== undefined && { after }) };
    const request = { method: 'GET', path: path`/_snapshot/${repositoryName(repository)}/*`, query } as const;
    const asked = ask(es, request, page, signal);
    // Half of a page may still be short enough.
    const answer = await (size > 1 ? undefinedWhen(['tooLarge'], asked) : asked);
    found.push(...(answer?.snapshots ?? []));
    at = pageAfter(at, answer);
  }
  return found;
}

function pageAfter({ size, after }: PageAt, answer: z.output<typeof page> | undefined): PageAt | undefined {
  if (answer === undefined) return { size: Math.floor(size / 2), after };
  return answer.next === undefined ? undefined : { size, after: answer.next };
}

const catalogue = z.object({
  snapshots: z
    .array(z.object({ snapshot: z.string(), uuid: z.string(), state: z.string().optional() }))
    .default([]),
  total: z.number(),
});

/** Everything that the repository has an entry of, readable or not: no file of a snapshot is opened. */
async function readCatalogue(
  es: Elasticsearch,
  repository: string,
  signal: AbortSignal | undefined,
  names = '*',
) {
  const query = {
    verbose: false,
    ignore_unavailable: true,
    filter_path: 'snapshots.snapshot,snapshots.uuid,snapshots.state,total',
  };
  const request = {
    method: 'GET',
    path: path`/_snapshot/${repositoryName(repository)}/${names}`,
    query,
  } as const;
  const answer = await ask(es, request, catalogue, signal);
  return answer.snapshots.map(({ snapshot: name, ...rest }) => ({ name, ...rest }));
}

const named = z.object({ snapshots: z.array(snapshot) });

/**
 * Snapshots by their names.
 * @throws ElasticsearchError `notFound` when one of them, or the repository, does not exist.
 */
export async function getSnapshots(
  es: Elasticsearch,
  repository: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Snapshot[]> {
  const request = {
    method: 'GET',
    path: path`/_snapshot/${repositoryName(repository)}/${names.map(snapshotName).join(',')}`,
  } as const;
  return (await ask(es, request, named, signal)).snapshots;
}

/**
 * The snapshot of that name, if there is one whose own file is there.
 * @throws ElasticsearchError `notFound` without the repository; as `isDamaged` knows it when the file cannot be read.
 */
export async function findSnapshot(
  es: Elasticsearch,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<Snapshot | undefined> {
  try {
    return (await getSnapshots(es, repository, [name], signal))[0];
  } catch (error) {
    if (isElasticsearchError(error, 'notFound') && error.errorType === 'snapshot_missing_exception')
      return undefined;
    throw error;
  }
}

/**
 * Whether the repository has an entry of that name, so that no other snapshot can get it. Its file may be missing.
 * @throws ElasticsearchError `notFound` without the repository.
 */
export async function isNameInUse(
  es: Elasticsearch,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await readCatalogue(es, repository, signal, snapshotName(name))).length > 0;
}

/** Whether the file of a snapshot cannot be read, damaged or not to be had at present. */
export function isDamaged(error: unknown): boolean {
  return isElasticsearchError(error, 'serverError') && error.errorType === 'snapshot_exception';
}

/** A snapshot may be called otherwise than an index, but never so that one name becomes several. */
export function snapshotName(name: string): string {
  if (/[*?,\s"\\/|<>#]|^[-_.]|^$/.test(name))
    throw new RangeError(`'${name.slice(0, 255)}' is not the name of one snapshot; nothing was done`);
  return name;
}
