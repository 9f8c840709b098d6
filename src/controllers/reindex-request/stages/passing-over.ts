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
  return step(situation, {
    phase: 'Pending',
    message,
    status: {
      ...status,
      series: { ...series, ...less(series, 1), last: current, ...withNotes(series, [message]) },
    },
    next: 'now',
    holds: false,
    events: [{ type: 'Warning', reason: 'IndexGone', action: 'PassOver', note: message }],
  });
}

/**
 * The same before their turn came: of these only the number is known.
 * @param total indexes of the series that are copied or still there.
 */
export function passOverLost(situation: Situation, total: number): Step | undefined {
  const { status, spec } = situation;
  const gone = (status.series?.total ?? 0) - total;
  if (!status.series || gone <= 0) return undefined;
  const [which, were, their] = gone === 1 ? ['an index', 'was', 'its'] : [`${gone} indexes`, 'were', 'their'];
  const message = `${which} like ${spec.source.index} ${were} gone before ${their} turn, and the series continues without`;
  return step(situation, {
    phase: 'Pending',
    message,
    status: {
      ...status,
      series: { ...status.series, ...less(status.series, gone), ...withNotes(status.series, [message]) },
    },
    next: 'now',
    holds: false,
    events: [{ type: 'Warning', reason: 'IndexGone', action: 'PassOver', note: message }],
  });
}

const less = ({ total }: { readonly total?: number | undefined }, gone: number) =>
  total === undefined ? {} : { total: Math.max(0, total - gone) };
