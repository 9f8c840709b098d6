import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import type { Target } from './actions.ts';
import {
  affordable,
  chunks,
  type Departed,
  departed,
  finerWidth,
  firstWidth,
  groups,
  settledIn,
  type Reached,
  type Stretch,
  stretches,
} from './departures.ts';
import { absentFrom } from './perform-frozen-absence.ts';
import { documentsNumbered, firstDocuments } from './perform-frozen-documents.ts';
import { type FrozenView, LostView, pageIn } from './perform-frozen-view.ts';
import { tallyByNumber } from './perform-frozen-numbers.ts';
import { PAGE } from './page.ts';
import { requireSame } from './perform-effect.ts';
import { removeGhosts } from './perform-ghosts.ts';
import type { Range } from './ranges.ts';
import { type Position, positionOf } from './shard-walk.ts';

interface DeparturesRequest {
  /** The points in time of the round before and of this one. */
  readonly before: string;
  readonly after: string;
  /** What the round before has reached in each shard of the source. */
  readonly shards: readonly Reached[];
  readonly query?: unknown;
  /** As many documents as the source lets be asked for at once; absent: PAGE. */
  readonly page?: number | undefined;
  readonly destination: Target;
  /** `next` of the slice before; whatever else means the start. */
  readonly cursor?: unknown;
}

type DeparturesResult =
  | { readonly type: 'removed'; readonly removed: number; readonly next: Position | undefined }
  /** Sweep instead when it is `before`, begin the round anew when it is `after`. */
  | { readonly type: 'lost'; readonly pit: 'before' | 'after' };

/** How much one slice does: seconds on a large index. */
interface SliceLimits {
  /** Numbers per stretch: counting them takes about a second. */
  readonly longest: number;
  /** Stretches side by side, and how many numbers they may have together: short ones wait for answers, not for the cluster. */
  readonly atOnce: number;
  readonly numbersAtOnce: number;
  /** Numbers of all stretches: of an index that is small, every shard is looked at in one slice. */
  readonly numbers: number;
  /** Departed documents, of a stretch as of all. */
  readonly departed: number;
  /**
   * What one histogram may hold. Elasticsearch draws the line at 65,536; clusters that have come through the years often
   * at 10,000, the default of old (`search.max_buckets`).
   */
  readonly buckets: number;
  /** Ranges in one query; Elasticsearch takes 1,024 on the smallest node. Each is looked at in 16 buckets. */
  readonly ranges: number;
}

export const SLICE: SliceLimits = {
  longest: 2_500_000,
  atOnce: 16,
  numbersAtOnce: 10_000_000,
  numbers: 20_000_000,
  departed: 2 * PAGE,
  buckets: 10_000,
  ranges: 600,
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
  try {
    const views = viewsOf(request, es, limits, signal);
    const { documents, next } = await candidates(request, views);
    const gone = await absentFrom(es, views.after, documents, signal);
    return {
      type: 'removed',
      removed: await removeGhosts(es, request.destination.index, gone, signal),
      next,
    };
  } catch (error) {
    if (!(error instanceof LostView)) throw error;
    return { type: 'lost', pit: error.pit === request.before ? 'before' : 'after' };
  }
}

function viewsOf(
  { before, after, shards, query, page }: DeparturesRequest,
  es: Elasticsearch,
  limits: SliceLimits,
  signal: AbortSignal,
): Views {
  const view = { shardCount: shards.length, query, page };
  return { es, before: { ...view, pit: before }, after: { ...view, pit: after }, limits, signal };
}

interface Found {
  /** What may have left: its number has, or proves nothing. */
  readonly documents: readonly DocumentKey[];
  /** Where it goes on, unless all of it was looked at. */
  readonly next: Position | undefined;
}

/** Stretch after stretch, some side by side, until the slice is full. */
async function candidates(request: DeparturesRequest, views: Views): Promise<Found> {
  const { limits } = views;
  const documents: DocumentKey[] = [];
  let numbers = 0;
  for (const group of groups(stretchesLeft(request, limits), limits)) {
    if (numbers >= limits.numbers || documents.length >= limits.departed)
      return { documents, next: group[0] && beginOf(group[0]) };
    const found = await Promise.all(group.map((stretch) => candidatesIn(stretch, views)));
    for (const one of found) documents.push(...one.documents);
    const cut = found.find(({ next }) => next !== undefined)?.next;
    if (cut) return { documents, next: cut };
    numbers += group.reduce((sum, stretch) => sum + settledIn(stretch), 0);
  }
  return { documents, next: undefined };
}

const beginOf = ({ shard, from }: Range): Position => ({ shard, from });

function stretchesLeft({ shards, cursor }: DeparturesRequest, limits: SliceLimits): readonly Stretch[] {
  const { shard, from } = positionOf(cursor);
  return [...stretches(shards, limits)]
    .filter((stretch) => stretch.shard > shard || (stretch.shard === shard && stretch.to >= from))
    .map((stretch) =>
      stretch.shard === shard ? { ...stretch, from: Math.max(stretch.from, from) } : stretch,
    );
}

function candidatesIn(stretch: Stretch, views: Views): Promise<Found> {
  return stretch.settled ? candidatesByCount(stretch, views) : candidatesAbove(stretch, views);
}

/** A number that has gone is a document that was deleted, or written again and still there under another number. */
async function candidatesByCount(stretch: Stretch, views: Views): Promise<Found> {
  const { es, before, limits, signal } = views;
  const width = firstWidth(stretch, limits.buckets, stretch.operations);
  const all = await departedFrom([stretch], width, views);
  const now = affordable(all, limits.departed);
  const documents: DocumentKey[] = [];
  for (const numbers of chunks(await numbersIn(now, width, views), pageIn(before))) {
    const found = await documentsNumbered(es, before, stretch.shard, numbers, { source: false }, signal);
    // A number that only the sums tell of, and no document: others have come than have left.
    if (found.length !== numbers.length) throw new LostView(before.pit);
    documents.push(...found);
  }
  const next = all[now.length];
  return { documents, next: next && beginOf(next) };
}

/** From buckets to the numbers that documents have left: one that has lost several is looked at again, more finely. */
async function numbersIn(
  buckets: readonly Departed[],
  width: number,
  views: Views,
): Promise<readonly number[]> {
  const known = buckets.flatMap(({ numbers }) => numbers ?? []);
  const unknown = buckets.filter(({ numbers }) => numbers === undefined);
  if (unknown.length === 0) return known;
  const finer = finerWidth(width);
  const found: Departed[] = [];
  for (const some of chunks(unknown, views.limits.ranges))
    found.push(...(await departedFrom(some, finer, views)));
  return [...known, ...(await numbersIn(found, finer, views))];
}

async function departedFrom(
  ranges: readonly Range[],
  width: number,
  { es, before, after, signal }: Views,
): Promise<readonly Departed[]> {
  const [earlier, later] = await Promise.all([
    tallyByNumber(es, before, ranges, width, signal),
    tallyByNumber(es, after, ranges, width, signal),
  ]);
  const found = departed(ranges, width, earlier, later);
  // What the earlier one does not show was not all there is: it is as good as lost.
  if (!found) throw new LostView(before.pit);
  return found;
}

/**
 * Written after the watermark was read, but before the point in time was opened: each may have been seen by a copy, and
 * its number proves nothing.
 */
async function candidatesAbove(stretch: Stretch, { es, before, signal }: Views): Promise<Found> {
  const { documents, reached } = await firstDocuments(es, before, stretch, PAGE, signal);
  const next = reached === undefined ? undefined : { shard: stretch.shard, from: reached + 1 };
  return { documents, next };
}
