import { z } from 'zod';
import { ask } from './ask.ts';
import { askState } from './cluster-state.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete, path, repositoryName } from './path.ts';

export interface SnapshotIndex {
  readonly name: string;
  /** Of all its files in the repository. */
  readonly bytes: number;
}

const details = z.object({
  snapshots: z
    .array(
      z.object({ index_details: z.record(z.string(), z.object({ size_in_bytes: z.number() })).default({}) }),
    )
    .max(1),
});

/** The indexes of a snapshot with their sizes. @throws ElasticsearchError `notFound` without the snapshot. */
export async function snapshotIndices(
  es: Elasticsearch,
  repository: string,
  snapshot: string,
  signal?: AbortSignal,
): Promise<readonly SnapshotIndex[]> {
  const request = {
    method: 'GET',
    path: path`/_snapshot/${repositoryName(repository)}/${concrete(snapshot)}`,
    query: { index_details: true },
  } as const;
  const { snapshots } = await ask(es, request, details, signal);
  return Object.entries(snapshots[0]?.index_details ?? {}).map(([name, { size_in_bytes }]) => ({
    name,
    bytes: size_in_bytes,
  }));
}

/**
 * Restores indexes beside the living ones: renamed by a suffix, hidden, without replicas, aliases and life cycle.
 * It does not wait. @throws ElasticsearchError, `serverError` when one of the names is taken.
 */
export async function restoreRenamed(
  es: Elasticsearch,
  source: { readonly repository: string; readonly snapshot: string; readonly indices: readonly string[] },
  suffix: string,
  signal?: AbortSignal,
): Promise<void> {
  const request = {
    method: 'POST',
    path: path`/_snapshot/${repositoryName(source.repository)}/${concrete(source.snapshot)}/_restore`,
    query: { wait_for_completion: false },
    body: {
      indices: source.indices.map(concrete),
      rename_pattern: '(.+)',
      rename_replacement: `$1${suffix}`,
      include_aliases: false,
      include_global_state: false,
      feature_states: ['none'],
      index_settings: {
        'index.number_of_replicas': 0,
        'index.auto_expand_replicas': false,
        'index.hidden': true,
      },
      ignore_index_settings: [
        'index.lifecycle.name',
        'index.lifecycle.rollover_alias',
        'index.default_pipeline',
        'index.final_pipeline',
        // A block of the living index would keep the copy from being read, counted or deleted.
        'index.blocks.*',
        // Where the living index may be says nothing of its files, and one try is too few for a check.
        'index.routing.allocation.*',
        'index.allocation.max_retries',
      ],
    },
  } as const;
  await ask(es, request, z.object({ accepted: z.literal(true) }), signal);
}

export interface RestoredIndex {
  readonly name: string;
  readonly uuid: string;
  /**
   * Elasticsearch has given up on a shard: failed when it tried to restore it, unplaced when no node may take it. Lost
   * when no node has it: it went away with one, or its restore was cut off by a restart and is not taken up again.
   * Created when it did not come out of a snapshot at all.
   */
  readonly state: 'restoring' | 'restored' | 'failed' | 'unplaced' | 'lost' | 'created';
}

const shard = z.object({
  state: z.string(),
  primary: z.boolean(),
  recovery_source: z.object({ type: z.string() }).optional(),
  unassigned_info: z
    .object({ allocation_status: z.string(), failed_attempts: z.number().default(0) })
    .optional(),
});

const state = z.object({
  metadata: z
    .object({
      indices: z
        .record(
          z.string(),
          z.object({
            settings: z.object({
              index: z.object({ uuid: z.string(), provided_name: z.string().optional() }),
            }),
          }),
        )
        .default({}),
    })
    .default({ indices: {} }),
  routing_table: z
    .object({
      indices: z.record(z.string(), z.object({ shards: z.record(z.string(), z.array(shard)) })).default({}),
    })
    .default({ indices: {} }),
});

/**
 * Those of these indexes that exist, and how far their restore is. Needs `monitor` only.
 * @param patterns others that are meant as well.
 */
export async function restoredIndices(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
  patterns: readonly string[] = [],
): Promise<readonly RestoredIndex[]> {
  if (names.length === 0) return [];
  const request = {
    path: path`/_cluster/state/metadata,routing_table/${[...names.map(concrete), ...patterns].join(',')}`,
    query: {
      expand_wildcards: 'all',
      ignore_unavailable: true,
      filter_path: [
        'metadata.indices.*.settings.index.uuid',
        'metadata.indices.*.settings.index.provided_name',
        'routing_table.indices.*.shards.*.state',
        'routing_table.indices.*.shards.*.primary',
        'routing_table.indices.*.shards.*.recovery_source.type',
        'routing_table.indices.*.shards.*.unassigned_info.allocation_status',
        'routing_table.indices.*.shards.*.unassigned_info.failed_attempts',
      ].join(','),
    },
  } as const;
  const answer = await askState(es, request, state, signal);
  return Object.entries(answer.metadata.indices).map(([name, { settings }]) => ({
    name,
    uuid: settings.index.uuid,
    state: wasCreatedAs(name, settings.index)
      ? 'created'
      : stateOf(Object.values(answer.routing_table.indices[name]?.shards ?? {}).flat()),
  }));
}

/**
 * Whether an index was made under the name that it has. One that was restored under another name keeps the name of its
 * origin here (elastic/elasticsearch#55101), also after a restart, when nothing else tells where it came from.
 * @param settings what lies below `index`.
 */
export function wasCreatedAs(name: string, settings: { readonly provided_name?: unknown }): boolean {
  return settings.provided_name === name;
}

function stateOf(shards: readonly z.output<typeof shard>[]): RestoredIndex['state'] {
  const primaries = shards.filter(({ primary }) => primary);
  const givenUp = primaries.filter(isGivenUp);
  if (givenUp.length > 0)
    return givenUp.some(({ unassigned_info: info }) => (info?.failed_attempts ?? 0) > 0)
      ? 'failed'
      : 'unplaced';
  if (primaries.some(isLost)) return 'lost';
  const done = primaries.length > 0 && primaries.every(({ state }) => state === 'STARTED');
  return done ? 'restored' : 'restoring';
}

/**
 * Elasticsearch ends the restore of a shard that no node may take, also for too many failed tries, and does not take it up again.
 * One that waits for its turn, or was not looked at yet, has another status.
 */
function isGivenUp({ state, recovery_source: from, unassigned_info: info }: z.output<typeof shard>): boolean {
  return state === 'UNASSIGNED' && from?.type === 'SNAPSHOT' && info?.allocation_status === 'deciders_no';
}

/** What is restored from a snapshot needs no copy on a node. */
function isLost({ state, recovery_source: from, unassigned_info: info }: z.output<typeof shard>): boolean {
  const needsCopy = from?.type !== 'SNAPSHOT';
  return state === 'UNASSIGNED' && needsCopy && info?.allocation_status === 'no_valid_shard_copy';
}
