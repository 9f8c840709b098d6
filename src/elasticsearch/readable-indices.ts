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
  return { indices: await listExpression(es, allBut(unreadable), signal), unreadable };
}

/** A path for all indexes whose metadata no block hides; for all where a URL does not take the names of the others. */
export const readablePath = async (es: Elasticsearch, signal?: AbortSignal): Promise<string> =>
  allBut(await withHiddenMetadata(es, signal));

function allBut(unreadable: readonly string[]): string {
  const [names = [], ...others] = inGroups(unreadable);
  if (names.length === 0 || others.length > 0) return '/*';
  return `/*,-${listOf(names).replaceAll(',', ',-')}`;
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
