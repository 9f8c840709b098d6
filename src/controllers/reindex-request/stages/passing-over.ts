import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { withNotes } from '../series-notes.ts';
import type { Situation } from '../situation.ts';
import { type Step, step } from '../step.ts';

/**
 * An index of a series that is gone before anything was done with it, by a policy or a person: there is nothing to copy,
 * and the others go on. A request that had begun with it fails first, and passes it over when it is told to try again.
 */
export function passOver(situation: Situation): Step | undefined {
  const { status, observed, destination, mark } = situation;
  if (!status.series?.current || observed.sources.length > 0) return undefined;
  const { current, destination: _destination, percent: _percent, ...series } = status.series;
  const left = destination && mark ? `; what was copied of it is left in ${destination.name}` : '';
  const message = `${current} was gone before it was copied, and the series continues without it${left}`;
  return goOnWithout(situation, { ...series, last: current, total: Math.max(0, series.total - 1) }, message);
}

/**
 * The same before their turn came: of these only the number is known.
 * @param total indexes of the series that are copied or still there.
 */
export function passOverLost(situation: Situation, total: number): Step | undefined {
  const { status, spec } = situation;
  if (!status.series || total >= status.series.total) return undefined;
  const gone = status.series.total - total;
  const [which, were, their] = gone === 1 ? ['an index', 'was', 'its'] : [`${gone} indexes`, 'were', 'their'];
  const message = `${which} like ${spec.source.index} ${were} gone before ${their} turn, and the series continues without`;
  return goOnWithout(situation, { ...status.series, total }, message);
}

type Series = NonNullable<ReindexRequestStatus['series']>;

function goOnWithout(situation: Situation, series: Series, message: string): Step {
  return step(situation, {
    phase: 'Pending',
    message,
    status: { ...situation.status, series: { ...series, ...withNotes(series, [message]) } },
    next: 'now',
    holds: false,
    events: [{ type: 'Warning', reason: 'IndexGone', action: 'PassOver', note: message }],
  });
}
