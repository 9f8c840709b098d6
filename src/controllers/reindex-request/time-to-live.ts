import { parseDuration } from '../../crds/duration.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { clocksDiffer } from './clocks.ts';
import { time } from './moments.ts';
import type { Situation } from './situation.ts';

/** By a clock that is known to be wrong it has no time yet: rather too late than one that lets it go too early. */
export function endOf({ now, observed }: Situation, { endTime }: ReindexRequestStatus) {
  return endTime === undefined && !clocksDiffer(observed) ? { endTime: time(now) } : {};
}

/** How soon clocks that differ are compared again. */
const CLOCKS_AGAIN_MS = 60_000;

/** Milliseconds until a request that has ended goes by itself, or is looked at for that; undefined when it stays. */
export function timeToLive(
  { spec, now, observed }: Situation,
  { endTime }: ReindexRequestStatus,
): number | undefined {
  const isTimed = spec.ttlAfterFinished !== undefined || endTime === undefined;
  if (isTimed && clocksDiffer(observed)) return CLOCKS_AGAIN_MS;
  if (spec.ttlAfterFinished === undefined || endTime === undefined) return undefined;
  return Math.max(0, Date.parse(endTime) + (parseDuration(spec.ttlAfterFinished) ?? 0) - now);
}
