import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { restoredIndices, snapshotIndices } from '../../elasticsearch/restore.ts';
import { indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { primaryShards } from '../../elasticsearch/shard-stats.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import type { Pass } from '../../runtime/controller.ts';
import { isRestoredBy, restoredPattern } from './names.ts';
import type { Comparison, RestoreFacts, Restoring, Schedule } from './observed.ts';
import type { Owner } from './owner.ts';
import { planOf } from './plan.ts';
import { dueRestore } from './restore-check.ts';
import { successesOf } from './situation.ts';

/** What the restore check needs: its temporary indexes while it runs, what could be tried when it is due. */
export async function readRestore(
  resource: Schedule,
  { now, signal }: Pass,
  es: Elasticsearch,
  owner: Owner,
  snapshots: readonly ListedSnapshot[] | undefined,
): Promise<RestoreFacts | undefined> {
  const restoring = resource.status?.restoring;
  if (restoring !== undefined) return readRestoring(resource, restoring, es, signal);
  const read = planOf(resource, now);
  if (!read.ok || snapshots === undefined || dueRestore(resource, read.plan, now).type !== 'run')
    return undefined;
  const newest = successesOf(owner, resource.status, snapshots).at(-1);
  const candidates = newest === undefined ? [] : await candidatesIn(resource, newest, es, signal);
  return { candidates, restored: [], comparisons: [] };
}

/** Undefined when the snapshot does not tell what is in it: that skips the check, and nothing else. */
async function candidatesIn(
  { spec }: Schedule,
  { name }: ListedSnapshot,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<RestoreFacts['candidates']> {
  try {
    return await snapshotIndices(es, spec.repository, name, signal);
  } catch (error) {
    if (signal.aborted || !isElasticsearchError(error)) throw error;
    return undefined;
  }
}

/**
 * Once it has a result, the temporary indexes of earlier checks are looked for as well: a restore whose answer was lost may
 * be carried out long after its check was over.
 */
export async function readRestoring(
  { metadata: { uid } }: Schedule,
  { indices, result }: Restoring,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<RestoreFacts> {
  const names = indices.map(({ restored }) => restored);
  const isOver = result !== undefined;
  const patterns = isOver ? [restoredPattern(uid)] : [];
  const all = await restoredIndices(es, names, signal, patterns);
  // An alias that somebody has called so stands for another index.
  const found = all.filter(({ name }) => names.includes(name) || (isOver && isRestoredBy(uid, name)));
  const restored = found.filter(({ state }) => state !== 'created');
  const taken = found.filter((index) => !restored.includes(index)).map(({ name }) => name);
  const isComplete = restored.filter(({ state }) => state === 'restored').length === indices.length;
  const comparisons =
    isComplete && !isOver
      ? await undefinedWhen(
          ['forbidden'],
          Promise.all(indices.map((index) => compareIfPossible(index, es, signal))),
        )
      : [];
  return { candidates: [], restored, taken, comparisons };
}

/** Slots and retention do not wait for an index that cannot be counted. */
async function compareIfPossible(
  index: Restoring['indices'][number],
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Comparison> {
  try {
    return await compare(index, es, signal);
  } catch (error) {
    if (signal.aborted || !isElasticsearchError(error) || error.errorClass === 'forbidden') throw error;
    return { source: index.source, restored: undefined, living: undefined, unchanged: false };
  }
}

async function compare(
  { source, restored }: Restoring['indices'][number],
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Comparison> {
  const [before, after] = await Promise.all([
    undefinedWhen(['indexNotFound', 'forbidden', 'invalid'], sequence(source, es, signal)),
    sequence(restored, es, signal),
  ]);
  const count = await countDocuments(es, restored, undefined, signal);
  if (before === undefined) {
    const isGone = await isMissing(source, es, signal);
    return { source, restored: count, living: undefined, isGone, unchanged: false };
  }
  // What was written before the snapshot is in it, and must be counted here as well.
  await undefinedWhen(['forbidden', 'blocked'], refresh(es, source, signal));
  const living = await countDocuments(es, source, undefined, signal);
  const again = await sequence(source, es, signal);
  return { source, restored: count, living, unchanged: before === after && again === after };
}

/** One that is closed, or may not be looked into, is still there. */
async function isMissing(name: string, es: Elasticsearch, signal: AbortSignal): Promise<boolean> {
  return (await indexBirths(es, [name], signal)).every((index) => index.name !== name);
}

/** The highest operation of each shard, as one text; undefined for what is no single index. */
async function sequence(name: string, es: Elasticsearch, signal: AbortSignal): Promise<string | undefined> {
  const [index, ...others] = await getIndex(es, name, signal);
  if (index === undefined || others.length > 0 || index.name !== name) return undefined;
  const shards = await primaryShards(es, name, index.numberOfShards, signal);
  return shards.map(({ maxSeqNo }) => maxSeqNo).join(' ');
}
