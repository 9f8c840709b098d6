import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import type { Target } from './actions.ts';
import {
  affordable,
  chunks,
  coarseWidth,
  type Departed,
  departed,
  finerWidth,
  type Stretch,
  stretches,
} from './departures.ts';
import {
  absentFrom,
  countByNumber,
  documentsNumbered,
  firstDocuments,
  type FrozenView,
  LostView,
  PAGE,
} from './perform-frozen-view.ts';
import { requireSame } from './perform-effect.ts';
import { removeGhosts } from './perform-ghosts.ts';
import type { Range } from './ranges.ts';
import { type Position, positionOf, type ShardBound } from './shard-walk.ts';

export interface DeparturesRequest {
  /** The points in time of the round before and of this one. */
  readonly before: string;
  readonly after: string;
  /** What the round before has reached in each shard of the source. */
  readonly shards: readonly ShardBound[];
  readonly query?: unknown;
  readonly destination: Target;
  /** `next` of the slice before; whatever else means the start. */
  readonly cursor?: unknown;
}

export type DeparturesResult =
  | { readonly type: 'removed'; readonly removed: number; readonly next: Position | undefined }
  /** Sweep instead when it is `before`, begin the round anew when it is `after`. */
  | { readonly type: 'lost'; readonly pit: 'before' | 'after' };

/** How much one slice does: seconds on a large index. */
export interface SliceLimits {
  /** Numbers per stretch: counting them takes a second or two. */
  readonly longest: number;
  /** Stretches at once. */
  readonly stretches: number;
  /** Departed documents per stretch. */
  readonly departed: number;
  /** What one histogram may hold; Elasticsearch itself draws the line at 65,536. */
  readonly buckets: number;
  /** Ranges in one query; Elasticsearch takes 1,024 on the smallest node. */
  readonly ranges: number;
}

export const SLICE: SliceLimits = {
  longest: 5_000_000,
  stretches: 4,
  departed: 2 * PAGE,
  buckets: 20_000,
  ranges: 1_000,
};

interface Views {
  readonly es: Elasticsearch;
  readonly before: FrozenView;
  readonly after: FrozenView;
  readonly limits: SliceLimits;
  readonly signal: AbortSignal;
}

/**
 * One slice of deleting from the destination what left the source between two points in time. Costs by what has left,
 * not by what is there. Repeating a slice does no harm.
 */
export async function removeDepartures(
  request: DeparturesRequest,
  es: Elasticsearch,
  signal: AbortSignal,
  limits = SLICE,
): Promise<DeparturesResult> {
  await requireSame(es, request.destination, signal);
  const [now, rest] = sliceOf(request, limits);
  try {
    const views = viewsOf(request, es, limits, signal);
    const found = await Promise.all(now.map((stretch) => departuresIn(stretch, views)));
    const gone = found.flatMap(({ documents }) => documents);
    const removed = await removeGhosts(es, request.destination.index, gone, signal);
    const cut = found.find(({ next }) => next !== undefined)?.next;
    return { type: 'removed', removed, next: cut ?? (rest && { shard: rest.shard, from: rest.from }) };
  } catch (error) {
    if (!(error instanceof LostView)) throw error;
    return { type: 'lost', pit: error.pit === request.before ? 'before' : 'after' };
  }
}

function viewsOf(
  { before, after, shards, query }: DeparturesRequest,
  es: Elasticsearch,
  limits: SliceLimits,
  signal: AbortSignal,
): Views {
  const view = { shardCount: shards.length, query };
  return { es, before: { ...view, pit: before }, after: { ...view, pit: after }, limits, signal };
}

/** What this slice looks at, and what comes first after it. */
function sliceOf(
  { shards, cursor }: DeparturesRequest,
  limits: SliceLimits,
): readonly [readonly Stretch[], Stretch | undefined] {
  const { shard, from } = positionOf(cursor);
  const left: Stretch[] = [];
  for (const stretch of stretches(shards, limits.longest)) {
    const isPast = stretch.shard < shard || (stretch.shard === shard && stretch.to < from);
    if (isPast) continue;
    left.push(stretch.shard === shard ? { ...stretch, from: Math.max(stretch.from, from) } : stretch);
    if (left.length > limits.stretches) break;
  }
  return [left.slice(0, limits.stretches), left[limits.stretches]];
}

interface Found {
  readonly documents: readonly DocumentKey[];
  /** Where the stretch goes on, unless all of it was looked at. */
  readonly next: Position | undefined;
}

function departuresIn(stretch: Stretch, views: Views): Promise<Found> {
  return stretch.settled ? departuresByCount(stretch, views) : departuresAbove(stretch, views);
}

async function departuresByCount(stretch: Stretch, views: Views): Promise<Found> {
  const width = coarseWidth(stretch, views.limits.buckets);
  const all = await departedFrom([stretch], width, views);
  const now = affordable(all, views.limits.departed);
  const documents: DocumentKey[] = [];
  for (const numbers of chunks(await singleNumbers(now, width, views), PAGE))
    documents.push(...(await departedOf(stretch.shard, numbers, views)));
  const next = all[now.length];
  return { documents, next: next && { shard: next.shard, from: next.from } };
}

/** From buckets to the numbers in them that documents have left. */
async function singleNumbers(
  buckets: readonly Departed[],
  width: number,
  views: Views,
): Promise<readonly number[]> {
  if (width === 1) return buckets.map(({ from }) => from);
  const finer = finerWidth(width);
  const found: Departed[] = [];
  for (const some of chunks(buckets, views.limits.ranges))
    found.push(...(await departedFrom(some, finer, views)));
  return singleNumbers(found, finer, views);
}

async function departedFrom(
  ranges: readonly Range[],
  width: number,
  { es, before, after, signal }: Views,
): Promise<readonly Departed[]> {
  const [earlier, later] = await Promise.all([
    countByNumber(es, before, ranges, width, signal),
    countByNumber(es, after, ranges, width, signal),
  ]);
  const found = departed(ranges, width, earlier, later);
  // What the earlier one does not show was not all there is: it is as good as lost.
  if (!found) throw new LostView(before.pit);
  return found;
}

/** A number that has gone is a document that was deleted, or written again and still there under another number. */
async function departedOf(
  shard: number,
  numbers: readonly number[],
  { es, before, after, signal }: Views,
): Promise<readonly DocumentKey[]> {
  const documents = await documentsNumbered(es, before, shard, numbers, { source: false }, signal);
  return absentFrom(es, after, documents, signal);
}

/**
 * Written after the watermark was read, but before the point in time was opened: each may have been seen by a copy, and
 * its number proves nothing.
 */
async function departuresAbove(stretch: Stretch, { es, before, after, signal }: Views): Promise<Found> {
  const documents = await firstDocuments(es, before, stretch, PAGE, signal);
  const last = documents.length < PAGE ? undefined : documents.at(-1);
  return {
    documents: await absentFrom(es, after, documents, signal),
    next: last && { shard: stretch.shard, from: last.seqNo + 1 },
  };
}
