import { findCondition } from '../../crds/shared.ts';
import type { ExtraCondition } from '../../runtime/controller.ts';
import { MOST_SKEW_SECONDS, timeOf } from '../../runtime/time.ts';
import type { Schedule, Status } from './observed.ts';

/** By what age is judged; known as well where the spec cannot be acted on. */
export interface Aging {
  readonly resource: Schedule;
  readonly staleAfterMs: number;
  readonly now: number;
  /** By how much our clock is known to differ from another one, where that is too much to be relied on. */
  readonly skewMs?: number;
}

/** Told by the clock alone, so that it is told as well when nothing answers. */
export function healthy({ resource, staleAfterMs, now, skewMs = 0 }: Aging, status: Status): ExtraCondition {
  const last = timeOf(status.lastSuccessfulTime);
  const since = last ?? Date.parse(resource.metadata.creationTimestamp);
  const overdue = now - since > staleAfterMs;
  if (Math.abs(now - since - staleAfterMs) < skewMs) return ageUnknown(status);
  if (last === undefined)
    return {
      type: 'Healthy',
      status: overdue ? 'False' : 'Unknown',
      reason: 'NeverSucceeded',
      message: noSuccessText(resource, status, overdue),
    };
  return overdue
    ? {
        type: 'Healthy',
        status: 'False',
        reason: 'Stale',
        message: `The newest success, ${status.lastSuccessfulSnapshot ?? ''}, is older than spec.staleAfter allows; ${causeText(resource)} Retention deletes nothing meanwhile.${unreadableText(status)}`,
      }
    : { type: 'Healthy', status: 'True', reason: 'Fresh', message: 'The newest success is young enough.' };
}

/** Neither better nor worse than it was when the clocks could be relied on. */
function ageUnknown(status: Status): ExtraCondition {
  return {
    type: 'Healthy',
    status: findCondition(status, 'Healthy')?.status ?? 'Unknown',
    reason: 'ClockSkew',
    message: `The clock of the operator differs from that of the API server by more than ${MOST_SKEW_SECONDS} s, so that nobody can tell whether the newest success is older than spec.staleAfter allows. Set the clocks right.`,
  };
}

/** The alarm stands while the schedule is suspended: no backup is made, whoever wants it so. */
const causeText = ({ spec }: Schedule): string =>
  spec.suspend ? 'spec.suspend is true, so that none is begun: set it to false.' : 'see Ready.';

function noSuccessText(resource: Schedule, status: Status, overdue: boolean): string {
  const gone = [status.lastSnapshot, ...(status.history ?? [])].find((one) => one?.state === 'SUCCESS');
  if (gone !== undefined)
    return `No success of this schedule is left in the repository for the cluster that is connected now; the last one was ${gone.name}; ${causeText(resource)}${unreadableText(status)}`;
  return overdue
    ? `No snapshot of this schedule has succeeded, and one is overdue; ${causeText(resource)}${unreadableText(status)}`
    : 'No snapshot of this schedule has succeeded yet.';
}

const unreadableText = ({ unreadable }: Status): string =>
  unreadable === undefined ? '' : ' What cannot be read does not count: see status.unreadable.';

/** When `healthy` will say otherwise by itself; undefined when it says so already. */
export function staleIn({ resource, staleAfterMs, now }: Aging, status: Status): number | undefined {
  const since = timeOf(status.lastSuccessfulTime ?? resource.metadata.creationTimestamp) ?? now;
  const left = since + staleAfterMs - now;
  return left >= 0 ? left + 1 : undefined;
}
