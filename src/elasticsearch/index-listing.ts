import { z } from 'zod';
import { aliasDefinition, type AliasDefinition } from './aliases.ts';
import { ask, askAcknowledged, incompleteAnswer, noShardFailed } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { concrete } from './path.ts';

/** What an index is judged by when it may be deleted or re-aliased: no mappings, no other settings. */
export interface ListedIndex {
  readonly name: string;
  readonly uuid: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly hidden: boolean;
  readonly closed: boolean;
  /** Belongs to a policy of Elasticsearch's own index lifecycle management. */
  readonly lifecycleManaged: boolean;
  /** Its data lies in a snapshot repository. */
  readonly mounted: boolean;
  readonly dataStream: string | undefined;
  readonly aliases: Readonly<Record<string, AliasDefinition>>;
  /** Undefined where statistics are not to be had: closed, or a primary is missing. */
  readonly figures: IndexFigures | undefined;
}

export interface IndexFigures {
  /** Lucene documents of the primaries, nested ones included: a measure, not a count. */
  readonly documents: number;
  /** Bytes of the primaries. */
  readonly bytes: number;
  /** Grows with every write: the highest sequence numbers of all shards, added up. */
  readonly operations: number;
  /**
   * Milliseconds for which nobody has written to it, at least. Undefined while writes are not committed yet: a snapshot
   * commits them, and so does Elasticsearch after some minutes.
   */
  readonly quietMs: number | undefined;
}

const flag = z.union([z.boolean(), z.string()]).transform((value) => String(value) === 'true');
const indices = z.record(
  z.string(),
  z.object({
    aliases: z.record(z.string(), aliasDefinition).default({}),
    data_stream: z.string().optional(),
    settings: z.object({
      index: z.object({
        uuid: z.string(),
        creation_date: z.coerce.number(),
        hidden: flag.default(false),
        verified_before_close: flag.default(false),
        lifecycle: z.object({ name: z.string().optional() }).optional(),
        store: z.looseObject({ type: z.string().optional(), snapshot: z.unknown().optional() }).optional(),
      }),
    }),
  }),
);

const shard = z.object({ seq_no: z.object({ max_seq_no: z.number() }).optional() });
const statistics = z.object({
  _shards: noShardFailed,
  indices: z
    .record(
      z.string(),
      z.object({
        uuid: z.string(),
        primaries: z.object({
          docs: z.object({ count: z.number() }).optional(),
          store: z.object({ size_in_bytes: z.number() }).optional(),
          translog: z
            .object({ uncommitted_operations: z.number(), earliest_last_modified_age: z.number() })
            .optional(),
        }),
        shards: z.record(z.string(), z.array(shard)).default({}),
      }),
    )
    .default({}),
});

const SETTINGS = ['uuid', 'creation_date', 'hidden', 'verified_before_close', 'lifecycle.name', 'store'];
const INDEX_PARTS = ['aliases', 'data_stream', ...SETTINGS.map((key) => `settings.index.${key}`)];
const STATISTICS_PARTS = [
  'uuid',
  'primaries.docs.count',
  'primaries.store.size_in_bytes',
  'primaries.translog.uncommitted_operations',
  'primaries.translog.earliest_last_modified_age',
];

/** Every index of the cluster, hidden and closed ones included: two requests, whatever their number. */
export async function listIndices(es: Elasticsearch, signal?: AbortSignal): Promise<readonly ListedIndex[]> {
  return listExpression(es, '', signal);
}

/**
 * @param names a path: names and wildcards joined, or nothing for all.
 * @throws ElasticsearchError `incomplete` for a list without indexes beside statistics of some.
 */
export async function listExpression(
  es: Elasticsearch,
  names: string,
  signal: AbortSignal | undefined,
): Promise<readonly ListedIndex[]> {
  const request = { method: 'GET', path: names || '/*', query: INDEX_QUERY } as const;
  const [found, figures] = await Promise.all([
    ask(es, request, indices, signal),
    readFigures(es, names, signal),
  ]);
  if (figures.size > 0 && Object.keys(found).length === 0)
    throw incompleteAnswer(request, 'statistics tell of indexes');
  return Object.entries(found).map(
    ([
      name,
      {
        aliases,
        data_stream,
        settings: { index },
      },
    ]) => ({
      name,
      uuid: index.uuid,
      created: index.creation_date,
      hidden: index.hidden,
      closed: index.verified_before_close,
      lifecycleManaged: index.lifecycle?.name !== undefined,
      mounted: index.store?.type === 'snapshot' || index.store?.snapshot !== undefined,
      dataStream: data_stream,
      aliases,
      figures: figures.get(index.uuid),
    }),
  );
}

const INDEX_QUERY = {
  features: 'aliases,settings',
  expand_wildcards: 'all',
  ignore_unavailable: true,
  filter_path: INDEX_PARTS.map((part) => `*.${part}`).join(','),
};

/** By uuid: an index may be made anew between the two requests. */
async function readFigures(
  es: Elasticsearch,
  names: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, IndexFigures>> {
  const request = {
    method: 'GET',
    path: `${names}/_stats/docs,store,translog`,
    query: STATISTICS_QUERY,
  } as const;
  const answer = await ask(es, request, statistics, signal);
  return new Map(
    Object.values(answer.indices).flatMap(({ uuid, primaries: { docs, store, translog }, shards }) => {
      if (docs === undefined || store === undefined) return [];
      const [documents, bytes, operations] = [docs.count, store.size_in_bytes, operationsOf(shards)];
      return [[uuid, { documents, bytes, operations, quietMs: quietMs(translog) }]];
    }),
  );
}

/** The file of the translog is touched by each write, and by the commit that empties it. */
function quietMs(translog: z.output<typeof statistics>['indices'][string]['primaries']['translog']) {
  return translog?.uncommitted_operations === 0 ? translog.earliest_last_modified_age : undefined;
}

const STATISTICS_QUERY = {
  level: 'shards',
  expand_wildcards: 'open,hidden',
  ignore_unavailable: true,
  filter_path: [
    '_shards.failed',
    '_shards.successful',
    ...STATISTICS_PARTS.map((part) => `indices.*.${part}`),
    'indices.*.shards.*.seq_no.max_seq_no',
  ].join(','),
};

/** A shard without operations says -1. */
function operationsOf(shards: z.output<typeof statistics>['indices'][string]['shards']): number {
  return Object.values(shards).reduce(
    (sum, copies) => sum + Math.max(0, ...copies.map(({ seq_no }) => (seq_no?.max_seq_no ?? -1) + 1)),
    0,
  );
}

/**
 * Deletes these indexes by their own names. Elasticsearch refuses a request as a whole when one of its indexes is in a
 * snapshot that runs, is gone, or may not be deleted by this login. It cannot be made conditional on uuids: read them in the
 * same step.
 * @throws ElasticsearchError `incomplete` without an acknowledgement: they may be there for some moments yet.
 */
export async function deleteIndices(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  // With ignore_unavailable an index that the login may not delete would be passed over in silence.
  const query = { expand_wildcards: 'none' };
  // Whether they are gone is read afterwards: an acknowledgement alone proves nothing.
  await askAcknowledged(es, { method: 'DELETE', path: `/${listOf(names)}`, query }, signal);
}

/** Names joined for a path. @throws RangeError without a name: that would be a request about all indexes. */
export function listOf(names: readonly string[]): string {
  if (names.length === 0) throw new RangeError('no index was named; nothing was done');
  return names.map((name) => encodeURIComponent(concrete(name))).join(',');
}

/** The URL of a request may have 4,096 bytes. */
const MOST_BYTES = 3_000;

/**
 * As many names in each group as fit into the URL of one request.
 * @param separator bytes between two of them.
 */
export function inGroups(names: readonly string[], separator = 1): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let bytes = Infinity;
  for (const name of names) {
    const length = encodeURIComponent(name).length + separator;
    if (bytes + length > MOST_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(name);
    bytes += length;
  }
  return groups;
}
