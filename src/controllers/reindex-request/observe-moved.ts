import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { nodeSkewSeconds } from '../../elasticsearch/node-clocks.ts';
import { primariesOf } from './observe-shards.ts';
import { deletionIsWanted, hasWindow } from './moved.ts';
import type { IndexFacts, Observed, ShardFacts } from './observed.ts';
import type { Situation } from './situation.ts';

type Reads = Partial<Observed>;

/** How far both are: what the move is held to, and what a rollback is judged by. */
export async function readBothShards(
  { source, destination }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  if (!source || !destination) return {};
  const [shards, destinationShards] = await Promise.all([
    primariesOf(source, es, signal),
    primariesOf(destination, es, signal),
  ]);
  return { shards, destinationShards };
}

export async function readDestinationShards(
  { destination }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  const destinationShards = await shardsIfStarted(destination, es, signal);
  return destinationShards ? { destinationShards } : {};
}

/** What is held on an index that is red or closed is let go all the same. */
async function shardsIfStarted(
  index: IndexFacts | undefined,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly ShardFacts[] | undefined> {
  if (!index || index.closed) return undefined;
  return undefinedWhen(['incomplete'], primariesOf(index, es, signal));
}

/** Only the deletion of the old index needs to know. */
export async function readMovedSource(
  { source }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  const shards = await shardsIfStarted(source, es, signal);
  return shards ? { shards } : {};
}

/** Whether the time of the window is over at all, and what a deletion is judged by. */
export async function readCleanUp(
  situation: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  const shards = await readMovedSource(situation, es, signal);
  const [clocks, counts] = await Promise.all([
    readClocks(situation, es, signal),
    shards.shards && deletionIsWanted(situation) ? readCounts(situation, es, signal) : {},
  ]);
  return { ...shards, ...clocks, ...counts };
}

/** Of nodes that do not tell it nothing is known: the source is not given up for that, and not held for ever either. */
const UNTOLD = ['forbidden', 'incomplete', 'overloaded', 'serverError', 'timeout', 'unavailable'] as const;

async function readClocks(situation: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  const { source, resource, now } = situation;
  if (!source || !hasWindow(situation) || resource.metadata.deletionTimestamp) return {};
  const skew = await undefinedWhen(UNTOLD, nodeSkewSeconds(es, now, signal));
  return skew === undefined ? {} : { nodeSkewSeconds: skew };
}

/** All documents of the source, whatever the query of the copy says: with it goes what was not copied as well. */
async function readCounts(
  { source, destination }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  if (!source || !destination || destination.closed) return {};
  const [from, to] = await Promise.all([
    countDocuments(es, source.name, undefined, signal),
    countDocuments(es, destination.name, undefined, signal),
  ]);
  return { counts: { source: from, destination: to } };
}
