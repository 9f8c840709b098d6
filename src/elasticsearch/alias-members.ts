import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { inGroups, listOf } from './index-listing.ts';

const schema = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));

/**
 * The members of several aliases, by index: the names of those aliases that it has. When one of the aliases does not
 * exist the answer is empty for all that were asked for together: nothing may be concluded from an alias that is absent.
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
  const request = {
    method: 'GET',
    path: `/_alias/${listOf(aliases)}`,
    query: { expand_wildcards: 'all' },
  } as const;
  const found = await undefinedWhen(['aliasNotFound'], ask(es, request, schema, signal));
  return Object.entries(found ?? {}).map(([name, index]) => ({
    name,
    aliases: Object.fromEntries(Object.keys(index.aliases).map((alias) => [alias, {}])),
  }));
}
