import type { Cluster } from '../../elasticsearch/connections.ts';
import { clusterHealth, type HealthStatus } from '../../elasticsearch/health.ts';
import type { ListedIndex } from '../../elasticsearch/index-listing.ts';
import { nodeClocks, nodeSkewSeconds } from '../../elasticsearch/node-clocks.ts';
import { listReadableIndices, type ReadableIndices } from '../../elasticsearch/readable-indices.ts';
import { restoringIndices } from '../../elasticsearch/running-restores.ts';
import { snapshottedIndices } from '../../elasticsearch/running-snapshots.ts';
import { listReindexTasks, type ReindexTasks } from '../../elasticsearch/tasks.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';

/** What a cluster is like at one moment, as far as deletions depend on it. */
export interface ClusterFacts {
  readonly health: HealthStatus;
  readonly snapshotted: ReadonlySet<string>;
  readonly restoring: ReadonlySet<string>;
  readonly copies: ReindexTasks;
  /** Seconds by which the clocks of the nodes differ from ours. */
  readonly skewSeconds: number;
}

export interface Listing extends ClusterFacts, ReadableIndices {
  /** What the latest clock said once the indexes were listed, in milliseconds since the epoch. */
  readonly listedAt: number;
  /** Uuids of indexes whose operations have grown a short while ago. */
  readonly written: ReadonlySet<string>;
}

/** One listing for all policies of a cluster that look at it at the same time. */
export interface Listings {
  /**
   * @param since nothing that was read before this moment will do.
   * @param now of the asking pass, both in milliseconds since the epoch.
   */
  of(cluster: Cluster, since: number, now: number): Promise<Listing>;
  /** What was read of it is not true any more: the next one who asks gets a new listing. */
  forget(cluster: Cluster): void;
  /** An own change, so that the listing need not be read again for it. */
  learn(cluster: Cluster, change: (indices: readonly ListedIndex[]) => readonly ListedIndex[]): Promise<void>;
}

/** Older ones are read anew, whoever has asked for them. */
const LONGEST_MS = 60_000;
/** How long an index counts as written to after its operations were seen to grow. */
export const WRITTEN_MS = 600_000;

interface Remembered {
  readonly at: number;
  readonly listing: Promise<Listing>;
}

interface Operations {
  readonly count: number;
  /** When it was seen to grow; undefined since it was first seen. */
  readonly grown: number | undefined;
}

export function createListings(): Listings {
  const remembered = new Map<string, Remembered>();
  const operations = new Map<string, ReadonlyMap<string, Operations>>();

  const read = async (cluster: Cluster, key: string, now: number): Promise<Listing> => {
    // Without the signal of the pass: others wait for the same answer.
    const [{ indices, unreadable }, facts] = await Promise.all([
      listReadableIndices(cluster.es),
      readClusterFacts(cluster.es, now),
    ]);
    const listedAt = await latestClock(cluster.es, now);
    const seen = compared(indices, operations.get(key) ?? new Map(), now);
    operations.set(key, seen);
    const written = [...seen].filter(([, { grown }]) => grown !== undefined && now - grown < WRITTEN_MS);
    return { ...facts, indices, unreadable, listedAt, written: new Set(written.map(([uuid]) => uuid)) };
  };

  return {
    of(cluster, since, now) {
      const key = keyOf(cluster);
      const last = remembered.get(key);
      if (last !== undefined && last.at >= since && Math.abs(now - last.at) < LONGEST_MS) return last.listing;
      const listing = read(cluster, key, now);
      remembered.set(key, { at: now, listing });
      listing.catch(() => remembered.delete(key));
      return listing;
    },
    forget: (cluster) => void remembered.delete(keyOf(cluster)),
    async learn(cluster, change) {
      const key = keyOf(cluster);
      const last = remembered.get(key);
      if (last === undefined) return;
      const before = await last.listing;
      if (remembered.get(key) !== last) return;
      const listing = Promise.resolve({ ...before, indices: change(before.indices) });
      remembered.set(key, { ...last, listing });
    },
  };
}

const keyOf = ({ connection, clusterUuid }: Cluster): string => `${connection.uid}/${clusterUuid}`;

function compared(
  indices: readonly ListedIndex[],
  before: ReadonlyMap<string, Operations>,
  now: number,
): ReadonlyMap<string, Operations> {
  return new Map(
    indices.flatMap(({ uuid, figures }) => {
      if (figures === undefined) return [];
      const last = before.get(uuid);
      const hasGrown = last !== undefined && figures.operations > last.count;
      return [[uuid, { count: figures.operations, grown: hasGrown ? now : last?.grown }] as const];
    }),
  );
}

/**
 * Not before any write that statistics have told of, as the snapshots of the cluster count time: statistics say how long
 * ago that was, and a snapshot says by the clock of a node when it began. Read it after them.
 */
export async function latestClock(es: Elasticsearch, now: number): Promise<number> {
  return Math.max(now, ...(await nodeClocks(es)).values());
}

/** The part that is read again before each deletion. */
export async function readClusterFacts(es: Elasticsearch, now: number): Promise<ClusterFacts> {
  const [{ status: health }, snapshotted, restoring, copies, skewSeconds] = await Promise.all([
    clusterHealth(es),
    snapshottedIndices(es),
    restoringIndices(es),
    listReindexTasks(es),
    nodeSkewSeconds(es, now),
  ]);
  return { health, snapshotted, restoring, copies, skewSeconds };
}
