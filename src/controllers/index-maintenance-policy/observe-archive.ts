import type { Cluster } from '../../elasticsearch/connections.ts';
import { countsByIndex } from '../../elasticsearch/counts-by-index.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { fieldTypes } from '../../elasticsearch/field-types.ts';
import { inGroups } from '../../elasticsearch/index-listing.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { archiveQuery, type ArchiveSpec, cutoffOf, isDate } from './archival.ts';
import type { Listing } from './observe-listings.ts';
import { redAmong } from './observe-red.ts';
import type { ArchiveFacts, ListedIndex } from './observed.ts';
import { type CompiledTarget, partsOf } from './targets.ts';

/**
 * How much each target has to archive. One question about the field and one about the documents for each 3,000 bytes of
 * names, and none for targets that archive nothing.
 * @param since documents are as old as they were at this moment, in milliseconds since the epoch.
 */
export async function readArchivable(
  { es }: Cluster,
  targets: readonly CompiledTarget[],
  { indices, health }: Pick<Listing, 'indices' | 'health'>,
  since: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ArchiveFacts>> {
  const found = new Map<string, ArchiveFacts>();
  for (const target of targets) {
    const { name, archive } = target.spec;
    if (archive === undefined) continue;
    const open = indices.filter(
      (index) => !index.closed && index.dataStream === undefined && firstOf(targets, index) === target,
    );
    const all = open.map(({ name }) => name);
    const red = await redAmong(es, health, all, signal);
    const names = all.filter((index) => !red.has(index));
    const types = await fieldTypes(es, names, archive.field, signal);
    const dated = names.filter((name) => isDate(types.get(name)));
    const query = archiveQuery(archive, cutoffOf(archive, since));
    const { counts, refused } = await refusedAs(name, archive, countEach(es, dated, query, signal));
    const documents = new Map(open.map(({ name, uuid }) => [uuid, counts.get(name) ?? 0]));
    const unread = new Map([
      ...[...red].map((index) => [index, 'IndexUnhealthy'] as const),
      ...refused.map((index) => [index, 'ArchivalRefused'] as const),
    ]);
    found.set(name, { documents, types, unread });
  }
  return found;
}

/** All in few requests, and one by one where one of them is refused, or gone since it was listed. */
async function countEach(es: Elasticsearch, names: readonly string[], query: object, signal: AbortSignal) {
  const counts = new Map<string, number>();
  const refused: string[] = [];
  const count = async (group: readonly string[]): Promise<void> => {
    try {
      for (const [name, documents] of await countsByIndex(es, group, query, signal))
        counts.set(name, documents);
    } catch (error) {
      if (!isElasticsearchError(error, 'forbidden', 'indexNotFound')) throw error;
      if (group.length > 1) for (const name of group) await count([name]);
      else if (error.errorClass === 'forbidden') refused.push(...group);
    }
  };
  for (const group of inGroups(names)) await count(group);
  return { counts, refused };
}

const firstOf = (targets: readonly CompiledTarget[], { name }: ListedIndex) =>
  targets.find((target) => partsOf(target, name) !== undefined);

/** @throws TerminalError InvalidSpec for a query that Elasticsearch does not take. */
async function refusedAs<T>(target: string, { query }: ArchiveSpec, counted: Promise<T>): Promise<T> {
  try {
    return await counted;
  } catch (error) {
    if (query === undefined || !isElasticsearchError(error, 'invalid')) throw error;
    const message = `spec.targets[${target}].archive.query: Elasticsearch refuses it for one of the indexes of the target`;
    throw new TerminalError('InvalidSpec', message);
  }
}
