import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getDocuments } from '../../elasticsearch/multi-get.ts';
import type { Target } from './actions.ts';
import { withDestination } from './perform-destination-view.ts';
import { absentFrom } from './perform-frozen-absence.ts';
import { firstDocuments, type Numbered } from './perform-frozen-documents.ts';
import { type FrozenView, unlessLost } from './perform-frozen-view.ts';
import { requireSame } from './perform-effect.ts';
import { LOOK_UP, type LookUpLimits } from './perform-sweep.ts';
import { type Range, withDone } from './ranges.ts';
import { type Position, type ShardBound, walk } from './shard-walk.ts';

export interface LookUpRequest {
  /** The point in time of the round that has copied. */
  readonly pit: string;
  /** Every shard of the source, and what is to be in the destination. */
  readonly shards: readonly ShardBound[];
  readonly query?: unknown;
  /** As many documents as the source lets be asked for at once; absent: PAGE. */
  readonly page?: number | undefined;
  readonly source: Target;
  readonly destination: Target;
  /** Numbers by shard that are rightly not in the destination; absent: none. */
  readonly leftOut?: ReadonlyMap<number, ReadonlySet<number>> | undefined;
  /** `next` of the slice before; whatever else means the start. */
  readonly cursor?: unknown;
}

type MissingResult =
  | {
      readonly type: 'checked';
      readonly checked: number;
      readonly missing: number;
      /** What to copy again; here and there a little more than is missing. */
      readonly ranges: readonly Range[];
      /** Ids, ten at most. */
      readonly examples: readonly string[];
      readonly next: Position | undefined;
    }
  | { readonly type: 'lost' };

/** Enough to find out by hand what happened. */
export const EXAMPLES = 10;

/** One slice of looking for documents that the destination lacks. Repeating a slice does no harm. */
export function findMissing(
  request: LookUpRequest,
  es: Elasticsearch,
  signal: AbortSignal,
  limits: LookUpLimits = LOOK_UP,
): Promise<MissingResult> {
  const { pit, shards, query, page, cursor, source, destination } = request;
  const view = { pit, shardCount: shards.length, query, page };
  const find = async (copies: FrozenView): Promise<MissingResult> => {
    let checked = 0;
    const missing: Numbered[] = [];
    const ranges: Range[] = [];
    const next = await walk(shards, cursor, limits.pages, async (range) => {
      const { documents: all, reached } = await firstDocuments(es, view, range, limits.page, signal);
      const documents = all.filter(({ seqNo }) => !isLeftOut(request, range, seqNo));
      const absent = await absentFrom(es, copies, documents, signal);
      const lacking = await stillThere(es, source, absent, signal);
      checked += documents.length;
      missing.push(...lacking);
      ranges.push(...rangesOf(range.shard, lacking));
      return reached;
    });
    const examples = missing.slice(0, EXAMPLES).map(({ id }) => id);
    return { type: 'checked', checked, missing: missing.length, ranges, examples, next };
  };
  return unlessLost(pit, withDestination(es, destination, cursor === undefined, find, signal));
}

export function isLeftOut(
  { leftOut }: Pick<LookUpRequest, 'leftOut'>,
  { shard }: Range,
  seqNo: number,
): boolean {
  return leftOut?.get(shard)?.has(seqNo) ?? false;
}

/** Ranges per page of documents; more become one, since a copy more does no harm and a status is small. */
const MOST_RANGES = 20;

function rangesOf(shard: number, documents: readonly Numbered[]): readonly Range[] {
  const [first, last] = [documents[0], documents.at(-1)];
  if (!first || !last) return [];
  if (documents.length > MOST_RANGES) return [{ shard, from: first.seqNo, to: last.seqNo }];
  return documents.reduce<readonly Range[]>(
    (all, { seqNo }) => withDone(all, { shard, from: seqNo, to: seqNo }),
    [],
  );
}

/**
 * A range is copied from the live index: what was written again after the point in time is left to the next round, and
 * may rightly be absent or old. What counts is what the source holds unchanged, read after the destination.
 */
export async function stillThere(
  es: Elasticsearch,
  source: Target,
  documents: readonly Numbered[],
  signal: AbortSignal,
): Promise<readonly Numbered[]> {
  if (documents.length === 0) return [];
  await requireSame(es, source, signal);
  const now = await getDocuments(es, source.index, documents, {}, signal);
  return documents.filter(({ seqNo }, at) => now[at]?.seqNo === seqNo);
}
