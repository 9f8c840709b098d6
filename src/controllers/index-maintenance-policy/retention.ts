import { milliseconds } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import { parseSize } from '../../crds/size.ts';
import { expiration } from '../../naming/period.ts';
import { countsForLimits, type LimitFacts } from './guards.ts';
import { byPlace, type Matched, type Member, placeOf } from './targets.ts';

type Retention = MaintenanceTarget['retention'];

/** Why an index stays without being held back by anything. */
export type RetentionReason =
  | 'NoRetention'
  | 'AgeUnknown'
  | 'FutureDate'
  | 'Young'
  | 'WithinLimits'
  | 'MinCount';

export interface Aged {
  readonly member: Member;
  /** Undefined: the rules want it gone. */
  readonly stays: RetentionReason | undefined;
}

/** What the rules of the target say about each of its indexes, newest first. */
export function judgeAges(
  { target, members }: Matched,
  facts: LimitFacts & { readonly now: number },
): readonly Aged[] {
  const { now } = facts;
  const { retention } = target.spec;
  const sorted = [...members].sort(byPlace);
  const counted = sorted.filter((member) => !isAhead(member, now) && countsForLimits(member.index, facts));
  const standings = standingsOf(counted, target.spec.series !== undefined);
  return sorted.map((member) => ({ member, stays: stays(member, retention, standings.get(member), now) }));
}

/** Where an index stands among those that count. */
interface Standing {
  /** Periods that are newer; indexes, where nothing groups them. */
  readonly newer: number;
  /** Bytes of it and everything newer. */
  readonly bytes: number;
}

function standingsOf(sorted: readonly Member[], groupsByPeriod: boolean): ReadonlyMap<Member, Standing> {
  const standings = new Map<Member, Standing>();
  let newer = -1;
  let bytes = 0;
  let last: number | undefined;
  for (const member of sorted) {
    const place = placeOf(member);
    if (place === undefined || member.period === undefined) continue;
    if (!groupsByPeriod || place.end !== last) newer += 1;
    last = place.end;
    bytes += member.index.figures?.bytes ?? 0;
    standings.set(member, { newer, bytes });
  }
  return standings;
}

/** Made for later, or told of by a clock that is wrong: it is neither old nor one of the newest. */
function isAhead(member: Member, now: number): boolean {
  return [member.partition, member.period].some((period) => period !== undefined && period.start > now);
}

/** Stays, because ... */
function stays(
  member: Member,
  retention: Retention,
  standing: Standing | undefined,
  now: number,
): RetentionReason | undefined {
  if (!hasRule(retention)) return 'NoRetention';
  if (member.period === undefined) return 'AgeUnknown';
  if (isAhead(member, now)) return 'FutureDate';
  if (!isExpired(member, retention, now) && !isBeyondLimits(retention, standing))
    return maxAgeOf(retention) === undefined ? 'WithinLimits' : 'Young';
  return standing !== undefined && standing.newer < retention.minCount ? 'MinCount' : undefined;
}

/** Whether it is older than maxAge, whatever else keeps it. */
export function isExpired({ period }: Member, retention: Retention, now: number): boolean {
  const maxAge = retention && maxAgeOf(retention);
  return period !== undefined && maxAge !== undefined && now >= expiration(period, maxAge);
}

/** The newest is never too much, however large it is. */
function isBeyondLimits(
  { maxCount, maxTotalSize }: NonNullable<Retention>,
  standing: Standing | undefined,
): boolean {
  if (standing === undefined || standing.newer === 0) return false;
  const mostBytes = maxTotalSize === undefined ? undefined : parseSize(maxTotalSize);
  return (
    (maxCount !== undefined && standing.newer >= maxCount) ||
    (mostBytes !== undefined && standing.bytes > mostBytes)
  );
}

export function hasRule(retention: Retention): retention is NonNullable<Retention> {
  return (
    retention?.maxAge !== undefined ||
    retention?.maxCount !== undefined ||
    retention?.maxTotalSize !== undefined
  );
}

const maxAgeOf = ({ maxAge }: NonNullable<Retention>): number | undefined =>
  maxAge === undefined ? undefined : milliseconds(maxAge);

/** When the next of these becomes too old, in milliseconds; undefined without maxAge, or when none will. */
export function nextExpiry({ target, members }: Matched, now: number): number | undefined {
  const maxAge = target.spec.retention && maxAgeOf(target.spec.retention);
  if (maxAge === undefined) return undefined;
  const times = members.flatMap((member) =>
    member.period === undefined || isAhead(member, now) ? [] : [expiration(member.period, maxAge)],
  );
  return times.filter((at) => at > now).reduce<number | undefined>(earlier, undefined);
}

const earlier = (a: number | undefined, b: number): number => (a === undefined || b < a ? b : a);
