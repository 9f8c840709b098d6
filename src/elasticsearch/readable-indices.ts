import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { inGroups, listExpression, listIndices, listOf, type ListedIndex } from './index-listing.ts';

export interface ReadableIndices {
  readonly indices: readonly ListedIndex[];
  /** Names of indexes whose metadata a block hides. */
  readonly unreadable: readonly string[];
}

/**
 * As `listIndices`, but for indexes with `index.blocks.metadata`: one of these makes Elasticsearch refuse the list of all.
 * @throws ElasticsearchError `blocked` where there are more of them than a URL takes.
 */
export async function listReadableIndices(es: Elasticsearch, signal?: AbortSignal): Promise<ReadableIndices> {
  const indices = await undefinedWhen(['blocked'], listIndices(es, signal));
  if (indices !== undefined) return { indices, unreadable: [] };
  const unreadable = await withHiddenMetadata(es, signal);
  return { indices: await listExpression(es, await allBut(es, unreadable, signal), signal), unreadable };
}

/** A path for all indexes whose metadata no block hides; for all where a URL does not take the names of the others. */
export const readablePath = async (es: Elasticsearch, signal?: AbortSignal): Promise<string> =>
  allBut(es, await withHiddenMetadata(es, signal), signal);

/** Without their aliases as well: with security `*` takes in aliases, and through one of them what was left out. */
async function allBut(
  es: Elasticsearch,
  unreadable: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const [names = [], ...more] = inGroups(unreadable);
  if (names.length === 0 || more.length > 0) return '/*';
  const [left = [], ...others] = inGroups([...names, ...(await aliasesOf(es, names, signal))]);
  return others.length > 0 ? '/*' : `/*,-${listOf(left).replaceAll(',', ',-')}`;
}

const metadata = z.object({
  metadata: z
    .object({
      indices: z.record(z.string(), z.object({ aliases: z.array(z.string()).default([]) })).default({}),
    })
    .default({ indices: {} }),
});

/** The state of the cluster tells them whatever is blocked. */
async function aliasesOf(
  es: Elasticsearch,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const query = {
    filter_path: 'metadata.indices.*.aliases',
    ignore_unavailable: true,
    expand_wildcards: 'all',
  };
  const request = { method: 'GET', path: `/_cluster/state/metadata/${listOf(names)}`, query } as const;
  const answer = await ask(es, request, metadata, signal);
  return new Set(Object.values(answer.metadata.indices).flatMap(({ aliases }) => aliases));
}

const state = z.object({
  blocks: z
    .object({
      indices: z
        .record(z.string(), z.record(z.string(), z.object({ levels: z.array(z.string()) })))
        .default({}),
    })
    .default({ indices: {} }),
});

async function withHiddenMetadata(
  es: Elasticsearch,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const query = { filter_path: 'blocks.indices' };
  const request = { method: 'GET', path: '/_cluster/state/blocks', query } as const;
  const { blocks } = await ask(es, request, state, signal);
  return Object.entries(blocks.indices).flatMap(([name, own]) =>
    Object.values(own).some(({ levels }) => levels.includes('metadata_read')) ? [name] : [],
  );
}
