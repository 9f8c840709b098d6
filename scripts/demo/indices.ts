import type { Client, estypes } from '@elastic/elasticsearch';
import { aliases, destination, mark, source } from './cities.ts';
import { logAliases, logIndices } from './logs.ts';

type Found = Readonly<Record<string, Pick<estypes.IndicesIndexState, 'mappings'>>>;

/** @throws when a name that the demo needs leads to an index of somebody else. Looks only. */
export async function refuseOthersIndices(client: Client): Promise<void> {
  const names = [source, destination, ...Object.keys(aliases), logIndices, ...logAliases(Date.now())];
  const others = othersAmong(await find(client, names));
  if (others.length === 0) return;
  throw new Error(
    `These are not of this demo, and have or bear names that it needs: ${others.join(', ')}. Nothing was touched. ` +
      'Give the demo another Elasticsearch, or none: without ELASTICSEARCH_URL it starts its own.',
  );
}

/** Deletes the indexes of an earlier demo, and none of anybody else. */
export async function removeIndices(client: Client): Promise<void> {
  const found = await find(client, [source, destination, logIndices]);
  const others = othersAmong(found);
  for (const index of Object.keys(found)) if (!others.includes(index)) await client.indices.delete({ index });
}

/** Whatever names or aliases lead to, by the names of the indexes. */
async function find(client: Client, names: readonly string[]): Promise<Found> {
  return client.indices.get({
    index: [...names],
    allow_no_indices: true,
    ignore_unavailable: true,
    expand_wildcards: 'all',
  });
}

/** Those without our mark; and those with it under another name, which a person has copied from ours. */
export function othersAmong(found: Found): readonly string[] {
  const hasOurName = (index: string) =>
    index === source || index === destination || /^logs-v1-\d{4}\.\d\d\.\d\d$/u.test(index);
  return Object.entries(found)
    .filter(([index, { mappings }]) => mappings?._meta?.[mark] !== true || !hasOurName(index))
    .map(([index]) => index);
}
