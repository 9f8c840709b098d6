import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from './errors.ts';
import { inGroups, listOf } from './index-listing.ts';
import { readablePath } from './readable-indices.ts';

const schema = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));

/**
 * The members of several aliases, by index: the names of those aliases that it has. When one of the aliases does not
 * exist the answer is empty for all that were asked for together: nothing may be concluded from an alias that is absent, nor
 * from a member that is: one whose metadata a block hides is not told.
 */
export async function aliasMembers(
  es: Elasticsearch,
  aliases: readonly string[],
  signal?: AbortSignal,
): Promise<readonly { readonly name: string; readonly aliases: Readonly<Record<string, object>> }[]> {
  const parts = await Promise.all(inGroups(aliases).map((group) => ofGroup(es, group, signal)));
  return parts.flat();
}

async function ofGroup(es: Elasticsearch, aliases: readonly string[], signal: AbortSignal | undefined) {
  const askAt = (indices: string) => {
    const path = `${indices}/_alias/${listOf(aliases)}`;
    const request = { method: 'GET', path, query: { expand_wildcards: 'all' } } as const;
    return undefinedWhen(['aliasNotFound'], ask(es, request, schema, signal));
  };
  const found = await askAt('').catch(async (error: unknown) => {
    // One such index anywhere in the cluster makes Elasticsearch refuse the question for all.
    if (!isElasticsearchError(error, 'blocked')) throw error;
    return askAt(await readablePath(es, signal));
  });
  return Object.entries(found ?? {}).map(([name, index]) => ({
    name,
    aliases: Object.fromEntries(Object.keys(index.aliases).map((alias) => [alias, {}])),
  }));
}
