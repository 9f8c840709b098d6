import { sayingNotes } from './series-notes.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';

/** How a dry run ends, with what its plan says, or those of the indexes of a series. */
export function plannedMessage({ plan, series }: ReindexRequestStatus): string {
  const what = series
    ? `each of ${series.total} indexes was checked like a request of its own`
    : 'everything was checked and the plan is in status.plan';
  return sayingNotes(`${what}; nothing was changed`, series ?? plan);
}
