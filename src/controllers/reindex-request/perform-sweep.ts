import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { Target } from './actions.ts';
import { withDestination } from './perform-destination-view.ts';
import { PAGE } from './page.ts';
import { absentFrom } from './perform-frozen-absence.ts';
import { firstDocuments } from './perform-frozen-documents.ts';
import { type FrozenView, unlessLost } from './perform-frozen-view.ts';
import { removeGhosts } from './perform-ghosts.ts';
import { END, type Position, type ShardBound, walk } from './shard-walk.ts';

interface SweepRequest {
  /** The point in time of this round: never the live index, where an id may come back and go again. */
  readonly pit: string;
  /** Of the source. */
  readonly shardCount: number;
  readonly query?: unknown;
  /** As many documents as the source lets be asked for at once; absent: PAGE. */
  readonly page?: number | undefined;
  readonly destination: Target;
  /** `next` of the slice before; whatever else means the start. */
  readonly cursor?: unknown;
}

type SweepResult =
  | {
      readonly type: 'swept';
      readonly removed: number;
      readonly checked: number;
      readonly next: Position | undefined;
    }
  | { readonly type: 'lost' };

/** How much one slice of looking up every document does: seconds. */
export interface LookUpLimits {
  readonly pages: number;
  /** Documents. */
  readonly page: number;
}

export const LOOK_UP: LookUpLimits = { pages: 20, page: PAGE };

/**
 * One slice of deleting from the destination what the source has no more, by looking up every document: for when
 * nothing is known of what has left. Costs by what is there. Repeating a slice does no harm.
 */
export function sweepGhosts(
  request: SweepRequest,
  es: Elasticsearch,
  signal: AbortSignal,
  limits = LOOK_UP,
): Promise<SweepResult> {
  const { pit, destination, cursor } = request;
  const sweep = async (copies: FrozenView): Promise<SweepResult> => {
    let [checked, removed] = [0, 0];
    const next = await walk(wholeOf(copies), cursor, limits.pages, async (range) => {
      const { documents, reached } = await firstDocuments(es, copies, range, limits.page, signal);
      const ghosts = await absentFrom(es, request, documents, signal);
      removed += await removeGhosts(es, destination.index, ghosts, signal);
      checked += documents.length;
      return reached;
    });
    return { type: 'swept', removed, checked, next };
  };
  return unlessLost(pit, withDestination(es, destination, cursor === undefined, sweep, signal));
}

function wholeOf({ shardCount }: FrozenView): readonly ShardBound[] {
  return Array.from({ length: shardCount }, (_, shard) => ({ shard, through: END }));
}
