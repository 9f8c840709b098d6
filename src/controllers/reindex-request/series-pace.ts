import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { roughDuration } from './progress.ts';
import { time } from './moments.ts';
import type { Step } from './step.ts';

type Series = NonNullable<ReindexRequestStatus['series']>;
type Forecast = Pick<NonNullable<ReindexRequestStatus['progress']>, 'eta' | 'remaining'>;

/** What says that it moves. Whoever waits or rests tells nothing of how fast a series is. */
const MOVES: ReadonlySet<string> = new Set(['InProgress', 'Completed', 'TaskLost']);

/** From where on its speed is measured: nothing has kept it waiting since. */
export function paceOf(series: Series, { ready }: Step, percent: number, now: number): Pick<Series, 'pace'> {
  if (!MOVES.has(ready.reason)) return {};
  return { pace: series.pace ?? { time: time(now), percent: series.completed * 100 + percent } };
}

/**
 * Of the whole series: what the present index needs, and as much for each that is left as those since the last wait have
 * taken, the present one included. Absent while that one cannot tell.
 */
export function seriesForecast(series: Series, { eta }: Forecast, now: number): Forecast {
  const { completed, total, pace } = series;
  if (eta === undefined || pace === undefined) return {};
  const own = Math.max(0, Date.parse(eta) - now);
  const measured = Math.max(1, (completed + 1) * 100 - pace.percent) / 100;
  const each = (now - Date.parse(pace.time) + own) / measured;
  const left = own + Math.max(0, total - completed - 1) * each;
  return { eta: time(now + left), remaining: roughDuration(left) };
}
