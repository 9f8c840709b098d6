import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { closePointInTime, openPointInTime } from '../../elasticsearch/point-in-time.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import type { Target } from './actions.ts';
import { shardCountOf } from './index-facts.ts';
import { pageOf } from './page.ts';
import type { FrozenView } from './perform-frozen-view.ts';
import { requireSame } from './perform-effect.ts';

/** Longer than a slice takes. */
const KEEP_ALIVE = '5m';

/**
 * Looks at the destination as it is now. Within a slice only: the next one sees what this one has changed, and reading
 * on by sequence number leaves out nothing, since whatever is written moves to a higher one.
 * @param first whether this is the first slice: a destination that never refreshes by itself shows old states.
 */
export async function withDestination<T>(
  es: Elasticsearch,
  target: Target,
  first: boolean,
  use: (view: FrozenView) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const found = await requireSame(es, target, signal);
  if (first) await refresh(es, target.index, signal);
  const pit = await openPointInTime(es, target.index, KEEP_ALIVE, signal);
  try {
    return await use({ pit, shardCount: shardCountOf(found), page: pageOf(found.settings) });
  } finally {
    await closePointInTime(es, pit);
  }
}
