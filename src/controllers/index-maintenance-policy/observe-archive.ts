import type { Cluster } from '../../elasticsearch/connections.ts';
import { countsByIndex } from '../../elasticsearch/aggregations-by-index.ts';
import { fieldTypes } from '../../elasticsearch/field-types.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { archiveQuery, type ArchiveSpec, cutoffOf, isDate } from './archival.ts';
import { type Answers, askEach } from './observe-each.ts';
import type { Listing } from './observe-listings.ts';
import { redAmong } from './observe-red.ts';
import type { ArchiveFacts } from './observed.ts';
import { type CompiledTarget, targetOf } from './targets.ts';

/**
 * How much each target has to archive. One question about the field and one about the documents for each 3,000 bytes of
 * names, more where an index cannot be asked, and none for targets that archive nothing.
 * @param since documents are as old as they were at this moment, in milliseconds since the epoch.
 */
export async function readArchivable(
  cluster: Cluster,
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
      (index) => !index.closed && index.dataStream === undefined && targetOf(targets, index.name) === target,
    );
    const asked = { name, archive, health, since };
    found.set(name, await factsOf(cluster, asked, open, signal));
  }
  return found;
}

interface Asked {
  /** Of the target. */
  readonly name: string;
  readonly archive: ArchiveSpec;
  readonly health: Listing['health'];
  readonly since: number;
}

async function factsOf(
  { es }: Cluster,
  { name: target, archive, health, since }: Asked,
  open: Listing['indices'],
  signal: AbortSignal,
): Promise<ArchiveFacts> {
  const all = open.map(({ name }) => name);
  const red = await redAmong(es, health, all, signal);
  const names = all.filter((index) => !red.has(index));
  const types = await askEach(names, (some) => fieldTypes(es, some, archive.field, signal));
  const dated = names.filter((name) => isDate(types.found.get(name)));
  const query = archiveQuery(archive, cutoffOf(archive, since));
  const counts = await askEach(dated, (some) => countsByIndex(es, some, query, signal));
  refuseQuery(target, archive, dated, counts);
  const refused = [...types.refused.keys(), ...counts.refused.keys()];
  return {
    documents: new Map(open.map(({ name, uuid }) => [uuid, counts.found.get(name) ?? 0])),
    types: types.found,
    unread: new Map([
      ...[...red].map((index) => [index, 'IndexUnhealthy'] as const),
      ...refused.map((index) => [index, 'ArchivalRefused'] as const),
    ]),
  };
}

/**
 * A query that fits no index is wrong; one that does not fit the mapping of one index keeps the documents of that one.
 * @throws TerminalError InvalidSpec for a query that Elasticsearch takes for none of the indexes.
 */
function refuseQuery(
  target: string,
  { query }: ArchiveSpec,
  asked: readonly string[],
  { refused }: Answers<number>,
): void {
  if (query === undefined || asked.length === 0) return;
  if (!asked.every((name) => refused.get(name) === 'invalid')) return;
  const message = `spec.targets[${target}].archive.query: Elasticsearch refuses it for every index of the target`;
  throw new TerminalError('InvalidSpec', message);
}
