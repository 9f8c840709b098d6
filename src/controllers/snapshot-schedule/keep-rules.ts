import { offsetAt } from '../../schedule/time-zone.ts';

/** A snapshot by its start, in milliseconds since the epoch. */
export interface Dated {
  readonly name: string;
  readonly startTime: number;
}

/** Those that are known to lack no index. */
export function verifiedOf<T extends Dated>(
  snapshots: readonly T[],
  unverified: ReadonlySet<string>,
): readonly T[] {
  return snapshots.filter(({ name }) => !unverified.has(name));
}

/**
 * From the newest back to so many that are known to lack no index; all, where there are not so many.
 * @param snapshots the oldest first.
 */
export function newestOf<T extends Dated>(
  snapshots: readonly T[],
  count: number,
  unverified: ReadonlySet<string>,
): readonly T[] {
  const first = verifiedOf(snapshots, unverified).at(-count);
  return first === undefined ? snapshots : snapshots.slice(snapshots.indexOf(first));
}

export interface KeepPolicy {
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
}

export type KeepRule = 'KeepDaily' | 'KeepWeekly' | 'KeepMonthly' | 'KeepYearly';

const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const DAYS_BEFORE_MONDAY = 3;

/** Which period a moment of local time belongs to, by the number or text of the period. */
const PERIODS: Readonly<Record<KeepRule, (local: Date) => number | string>> = {
  KeepDaily: (local) => Math.floor(local.getTime() / DAY_MS),
  KeepWeekly: (local) => Math.floor((local.getTime() / DAY_MS + DAYS_BEFORE_MONDAY) / 7),
  KeepMonthly: (local) => local.toISOString().slice(0, 7),
  KeepYearly: (local) => local.getUTCFullYear(),
};

/**
 * What the keep rules claim: of each of the newest N periods that have a snapshot at all, the newest snapshot. Periods
 * without one do not count, so that a pause does not eat up what is kept.
 * @param unverified none of these keeps an older one of its period from being claimed.
 * @returns the first rule that claims a snapshot, by its name.
 */
export function claims(
  snapshots: readonly Dated[],
  policy: KeepPolicy,
  timeZone: string,
  unverified: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, KeepRule> {
  const newestFirst = [...snapshots].sort((a, b) => b.startTime - a.startTime);
  const claimed = new Map<string, KeepRule>();
  for (const [rule, count] of rulesOf(policy)) {
    const periods = new Set<number | string>();
    const settled = new Set<number | string>();
    for (const { name, startTime } of newestFirst) {
      const period = PERIODS[rule](new Date(startTime + offsetAt(timeZone, startTime)));
      if (settled.has(period)) continue;
      if (!periods.has(period) && periods.size >= count) break;
      periods.add(period);
      if (!unverified.has(name)) settled.add(period);
      if (!claimed.has(name)) claimed.set(name, rule);
    }
  }
  return claimed;
}

function rulesOf(policy: KeepPolicy): readonly (readonly [KeepRule, number])[] {
  return [
    ['KeepDaily', policy.keepDaily ?? 0],
    ['KeepWeekly', policy.keepWeekly ?? 0],
    ['KeepMonthly', policy.keepMonthly ?? 0],
    ['KeepYearly', policy.keepYearly ?? 0],
  ];
}
