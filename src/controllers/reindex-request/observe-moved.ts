import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { nodeSkewSeconds } from '../../elasticsearch/node-clocks.ts';
import { primariesOf } from './observe-shards.ts';
import { deletionIsWanted } from './moved.ts';
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

/** All documents of the source, whatever the query of the copy says: with it goes what was not copied as well. */
export async function readCleanUp(
  situation: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  const { source, destination, now } = situation;
  const shards = await readMovedSource(situation, es, signal);
  if (!source || !shards.shards || !deletionIsWanted(situation)) return shards;
  const [skew, from, to] = await Promise.all([
    nodeSkewSeconds(es, now, signal),
    countDocuments(es, source.name, undefined, signal),
    !destination || destination.closed ? undefined : countDocuments(es, destination.name, undefined, signal),
  ]);
  const read = { ...shards, nodeSkewSeconds: skew };
  return to === undefined ? read : { ...read, counts: { source: from, destination: to } };
}
