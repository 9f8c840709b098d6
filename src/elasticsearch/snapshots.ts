import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';

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

export interface ShardFailure {
  readonly index: string;
  readonly shard: number;
}

export interface SnapshotProgress {
  readonly shards: { readonly total: number; readonly done: number; readonly failed: number };
  /** Of what is copied anew. `done` moves only when a whole file is finished. */
  readonly bytes: { readonly total: number; readonly done: number };
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

const page = z.object({ snapshots: z.array(snapshot), next: z.string().optional() });

const PAGE_SIZE = 500;

/** All snapshots of a repository, the oldest first. @throws ElasticsearchError `notFound` without the repository. */
export async function listSnapshots(
  es: Elasticsearch,
  repository: string,
  signal?: AbortSignal,
): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  let after: string | undefined;
  do {
    const query = {
      sort: 'start_time',
      order: 'asc',
      size: PAGE_SIZE,
      ...(after !== undefined && { after }),
    };
    const request = { method: 'GET', path: path`/_snapshot/${concrete(repository)}/*`, query } as const;
    const { snapshots, next } = await ask(es, request, page, signal);
    found.push(...snapshots);
    after = next;
  } while (after !== undefined);
  return found;
}

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
    path: path`/_snapshot/${concrete(repository)}/${names.map(snapshotName).join(',')}`,
  } as const;
  return (await ask(es, request, page, signal)).snapshots;
}

/** The snapshot of that name, if there is one. @throws ElasticsearchError `notFound` without the repository. */
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

const files = z.object({ size_in_bytes: z.number() });
const status = z.object({
  snapshots: z
    .array(
      z.object({
        shards_stats: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
        stats: z.object({ incremental: files, processed: files.optional() }),
      }),
    )
    .max(1),
});

/**
 * How far a snapshot is; undefined when there is none of that name. For one that has ended it reads every shard of the
 * repository, and says SUCCESS of a partial one: the state comes from `getSnapshots` alone.
 */
export async function snapshotProgress(
  es: Elasticsearch,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<SnapshotProgress | undefined> {
  const request = {
    method: 'GET',
    path: path`/_snapshot/${concrete(repository)}/${snapshotName(name)}/_status`,
  } as const;
  const answer = await undefinedWhen(['notFound'], ask(es, request, status, signal));
  const found = answer?.snapshots[0];
  if (found === undefined) return undefined;
  const { shards_stats: shards, stats } = found;
  const total = stats.incremental.size_in_bytes;
  // `processed` is there only while it runs; a node that left makes figures negative.
  const done = stats.processed?.size_in_bytes ?? total;
  return {
    shards: { total: positive(shards.total), done: positive(shards.done), failed: positive(shards.failed) },
    bytes: { total: positive(total), done: Math.min(positive(done), positive(total)) },
  };
}

const positive = (figure: number): number => Math.max(0, figure);

export interface SnapshotBody {
  readonly indices: readonly string[];
  readonly includeGlobalState: boolean;
  readonly featureStates: readonly string[];
  readonly ignoreUnavailable: boolean;
  readonly partial: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Begins a snapshot and does not wait for it. Sent once: whether it began is seen by its name.
 * @throws ElasticsearchError `alreadyExists`: read whose it is; `notFound` without the repository.
 */
export async function createSnapshot(
  es: Elasticsearch,
  repository: string,
  name: string,
  body: SnapshotBody,
  signal?: AbortSignal,
): Promise<void> {
  const request = {
    method: 'PUT',
    path: path`/_snapshot/${concrete(repository)}/${snapshotName(name)}`,
    query: { wait_for_completion: false },
    body: {
      indices: body.indices,
      include_global_state: body.includeGlobalState,
      feature_states: body.featureStates,
      ignore_unavailable: body.ignoreUnavailable,
      partial: body.partial,
      metadata: body.metadata,
    },
  } as const;
  await ask(es, request, z.object({ accepted: z.literal(true) }), signal);
}

/**
 * Asks for the deletion of snapshots, or for the end of one that runs. It does not wait: while another snapshot runs
 * Elasticsearch puts deletions off, and they are seen to be done only by reading. It deletes none of them when one does
 * not exist. It cannot be made conditional on a uuid: read the uuid in the same step.
 */
export async function deleteSnapshots(
  es: Elasticsearch,
  repository: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const batch of batchesOf(names.map(snapshotName))) {
    const request = {
      method: 'DELETE',
      path: path`/_snapshot/${concrete(repository)}/${batch.join(',')}`,
      query: { wait_for_completion: false },
    } as const;
    await ask(es, request, z.object({ acknowledged: z.literal(true) }), signal);
  }
}

/** Elasticsearch takes request lines of 4,096 bytes. */
const LONGEST_LIST = 3000;

function batchesOf(names: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const name of names) {
    length += encodeURIComponent(name).length + 3;
    if (length > LONGEST_LIST) {
      batches.push([]);
      length = encodeURIComponent(name).length + 3;
    }
    batches.at(-1)?.push(name);
  }
  return batches;
}

/** A snapshot may be called otherwise than an index, but never so that one name becomes several. */
function snapshotName(name: string): string {
  if (/[*?,\s"\\/|<>#]|^[-_.]|^$/.test(name))
    throw new RangeError(`'${name.slice(0, 255)}' is not the name of one snapshot; nothing was done`);
  return name;
}
