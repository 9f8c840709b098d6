import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@elastic/elasticsearch';
import { aliases, type City, destination, source } from './cities.ts';
import { holds, type Resource } from './kubernetes.ts';
import { grouped } from './progress-line.ts';
import type { Sightings } from './reader.ts';

/** One thing that must be true in the end, in the words of the person who wants it. */
export type Check = { readonly claim: string; readonly holds: boolean; readonly found: string };

const pageSize = 10_000;

/** Asks Elasticsearch and Kubernetes for everything that a right result consists of; believes no status alone. */
export async function checkResult(
  client: Client,
  cities: readonly City[],
  request: Resource,
  sightings: Sightings,
): Promise<readonly Check[]> {
  return [
    await checkCounts(client, cities.length),
    await checkIds(client, cities),
    await checkTransform(client, cities.length),
    await checkAliases(client),
    await checkLeftovers(client),
    checkReader(sightings, cities.length),
    checkRequest(request),
  ];
}

async function checkCounts(client: Client, wanted: number): Promise<Check> {
  const counts = await Promise.all([source, destination].map((index) => client.count({ index })));
  const [old = 0, copied = 0] = counts.map(({ count }) => count);
  return {
    claim: 'both indexes hold all documents',
    holds: old === wanted && copied === wanted,
    found: `${source} ${grouped(old)}, ${destination} ${grouped(copied)}, data set ${grouped(wanted)}`,
  };
}

async function checkIds(client: Client, cities: readonly City[]): Promise<Check> {
  const missing = new Set(cities.map(({ cityId }) => String(cityId)));
  let strangers = 0;
  for await (const id of idsOf(client, destination)) if (!missing.delete(id)) strangers += 1;
  return {
    claim: 'every single id was copied, and no other',
    holds: missing.size === 0 && strangers === 0,
    found: `${grouped(missing.size)} missing, ${grouped(strangers)} too many`,
  };
}

async function* idsOf(client: Client, index: string): AsyncGenerator<string> {
  const page = { index, size: pageSize, _source: false, track_total_hits: false, sort: ['cityId'] };
  let after: readonly unknown[] | undefined;
  do {
    const { hits } = await client.search({ ...page, ...(after && { search_after: [...after] as string[] }) });
    for (const { _id } of hits.hits) yield _id ?? '';
    after = hits.hits.at(-1)?.sort;
  } while (after !== undefined);
}

/** Mapping, rename and script of the sample, seen through what they make possible. */
async function checkTransform(client: Client, wanted: number): Promise<Check> {
  const count = async (query: object): Promise<number> =>
    (await client.count({ index: destination, query })).count;
  const [located, sized, cities, near] = await Promise.all([
    count({ exists: { field: 'location' } }),
    count({ exists: { field: 'size' } }),
    count({ term: { size: 'city' } }),
    count({ geo_distance: { distance: '50km', location: { lat: 48.8566, lon: 2.3522 } } }),
  ]);
  return {
    claim: 'mapping, rename and script were applied to every document',
    holds: located === wanted && sized === wanted && near > 0,
    found: `${grouped(cities)} large cities; ${grouped(near)} places within 50 km of Paris, a search that ${source} cannot do`,
  };
}

async function checkAliases(client: Client): Promise<Check> {
  const answer = await client.indices.getAlias({ index: `${source},${destination}` });
  const before = Object.keys(answer[source]?.aliases ?? {});
  const after = answer[destination]?.aliases ?? {};
  return {
    claim: `the aliases moved whole, filter and write index included, and none is left on ${source}`,
    holds: before.length === 0 && isDeepStrictEqual(after, aliases),
    found: `${source}: ${before.join(', ') || 'none'}; ${destination}: ${Object.keys(after).join(', ') || 'none'}`,
  };
}

/** Nothing that was set for the time of the copy may stay. */
async function checkLeftovers(client: Client): Promise<Check> {
  const answer = await client.indices.getSettings({ index: `${source},${destination}`, flat_settings: true });
  const left = [source, destination].flatMap((index) =>
    Object.entries(answer[index]?.settings ?? {})
      .filter(([key, value]) => /^index\.(blocks\.|hidden$)/.test(key) && String(value) === 'true')
      .map(([key]) => `${index} ${key}`),
  );
  return {
    claim: 'no write block is left and nothing is hidden',
    holds: left.length === 0,
    found: left.join(', ') || 'none',
  };
}

function checkReader({ searches, counts, errors }: Sightings, wanted: number): Check {
  const seen = [...counts].map(grouped).join(', ');
  return {
    claim: 'a reader who counted through the alias `cities` all the time noticed nothing',
    holds: errors === 0 && searches > 0 && isDeepStrictEqual([...counts], [wanted]),
    found: `${searches} times ${seen || 'nothing'}, ${errors} errors`,
  };
}

function checkRequest(request: Resource): Check {
  const { conditions, phase } = request.status;
  const truths = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
  return {
    claim: 'the request says so too, and holds nothing any more',
    holds:
      phase === 'Completed' &&
      holds(request, 'Complete') &&
      holds(request, 'Ready') &&
      (request.metadata.finalizers ?? []).length === 0,
    found: `phase ${phase ?? 'none'}, conditions ${truths.join(', ') || 'none'}`,
  };
}
