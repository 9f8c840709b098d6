import { z } from 'zod';
import { askState } from './cluster-state.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { coveredByAny } from './patterns.ts';

/** What snapshots need to know of the indexes of a cluster. Read from its state, for which `monitor` is enough. */
export interface IndexBirth {
  readonly name: string;
  /** Milliseconds since the epoch, by the clock of the elected master. A restored index keeps that of its origin. */
  readonly created: number;
  /** Whether it belongs to a feature of Elasticsearch: no snapshot takes it but with the state of that feature. */
  readonly isSystem: boolean;
  readonly aliases: readonly string[];
}

const births = z.object({
  metadata: z
    .object({
      indices: z
        .record(
          z.string(),
          z.object({
            settings: z.object({ index: z.object({ creation_date: z.coerce.number() }) }),
            system: z.boolean().default(false),
            aliases: z.array(z.string()).default([]),
          }),
        )
        .default({}),
    })
    .default({ indices: {} }),
});

/** Elasticsearch takes request lines of 4,096 bytes. */
const LONGEST_EXPRESSION = 3000;

/**
 * The indexes that expressions stand for as a snapshot takes them: wildcards, `-` for exclusion, aliases and data
 * streams; open, closed and hidden ones. Expressions too long for a request are compared with names of indexes and of
 * their aliases only.
 */
export async function indexBirths(
  es: Elasticsearch,
  expressions: readonly string[],
  signal?: AbortSignal,
): Promise<readonly IndexBirth[]> {
  const whole = encodeURIComponent(expressions.join(','));
  if (whole.length <= LONGEST_EXPRESSION) return readBirths(es, whole, signal);
  const all = await readBirths(es, '*', signal);
  return all.filter((index) => isMeant(expressions, index));
}

function isMeant(expressions: readonly string[], { name, aliases }: IndexBirth): boolean {
  const excluded = expressions.filter((text) => text.startsWith('-')).map((text) => text.slice(1));
  const included = expressions.filter((text) => !text.startsWith('-'));
  const named = aliases.filter((alias) => included.includes(alias) && !coveredByAny(excluded, alias));
  return (coveredByAny(included, name) || named.length > 0) && !coveredByAny(excluded, name);
}

async function readBirths(
  es: Elasticsearch,
  expression: string,
  signal?: AbortSignal,
): Promise<readonly IndexBirth[]> {
  const request = {
    path: `/_cluster/state/metadata/${expression}`,
    query: {
      expand_wildcards: 'all',
      ignore_unavailable: true,
      filter_path: ['settings.index.creation_date', 'system', 'aliases']
        .map((field) => `metadata.indices.*.${field}`)
        .join(','),
    },
  } as const;
  const { metadata } = await askState(es, request, births, signal);
  return Object.entries(metadata.indices).map(([name, { settings, system, aliases }]) => ({
    name,
    created: settings.index.creation_date,
    isSystem: system,
    aliases,
  }));
}

const mounts = z.object({
  metadata: z
    .object({
      indices: z
        .record(
          z.string(),
          z.object({
            settings: z.object({
              index: z.object({
                store: z.object({ snapshot: z.looseObject({ snapshot_uuid: z.string().optional() }) }),
              }),
            }),
          }),
        )
        .default({}),
    })
    .default({ indices: {} }),
});

/**
 * The uuids of snapshots that back mounted (searchable) indexes. Elasticsearch does not refuse to delete those
 * (elastic/elasticsearch#73947).
 */
export async function mountedSnapshots(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const request = {
    path: '/_cluster/state/metadata',
    query: { filter_path: 'metadata.indices.*.settings.index.store.snapshot' },
  } as const;
  const { metadata } = await askState(es, request, mounts, signal);
  const uuids = Object.values(metadata.indices).map(
    ({ settings }) => settings.index.store.snapshot.snapshot_uuid,
  );
  return new Set(uuids.filter((uuid) => uuid !== undefined));
}
