import { periodOf } from '../../naming/period.ts';
import { timeText } from '../../runtime/time.ts';
import { toldVersion } from './current-versions.ts';
import type { Status } from './observed.ts';
import { nextExpiry } from './retention.ts';
import { byPlace, type Matched, type Member, placeOf } from './targets.ts';

export type TargetFigures = NonNullable<Status['targets']>[number];

const DAY_MS = 86_400_000;
const GROWTH_DAYS = 7;

/** What a target consists of, for people and metrics. */
export function figuresOf(matched: Matched, now: number): TargetFigures {
  const { target, members } = matched;
  const aged = members.filter((member) => (placeOf(member)?.start ?? Infinity) <= now).sort(byPlace);
  const largest = members.reduce<Member | undefined>(larger, undefined);
  const version = target.template.hasVersion ? toldVersion(target, members, now) : undefined;
  const expiry = nextExpiry(matched, now);
  return {
    name: target.spec.name,
    matched: members.length,
    documents: sum(members, 'documents'),
    bytes: sum(members, 'bytes'),
    ...optional('oldest', aged.at(-1)?.index.name),
    ...optional('newest', aged[0]?.index.name),
    ...optional('largest', largest?.index.name),
    ...optional('currentVersion', version),
    ...optional('nextExpiry', expiry === undefined ? undefined : timeText(expiry)),
    bytesPerDay: bytesPerDay(aged, now),
  };
}

const larger = (largest: Member | undefined, member: Member): Member =>
  largest === undefined || bytesOf(member) > bytesOf(largest) ? member : largest;

const bytesOf = ({ index }: Member): number => index.figures?.bytes ?? 0;

/** Of those whose figures are known. */
export const sum = (members: readonly Member[], figure: 'documents' | 'bytes'): number =>
  members.reduce((total, { index }) => total + (index.figures?.[figure] ?? 0), 0);

/** Of the partitions that ended within the last seven days before today. */
function bytesPerDay(members: readonly Member[], now: number): number {
  const today = periodOf('Day', now).start;
  const recent = members.filter((member) => {
    const end = placeOf(member)?.end ?? Infinity;
    return end <= today && end > today - GROWTH_DAYS * DAY_MS;
  });
  return Math.round(sum(recent, 'bytes') / GROWTH_DAYS);
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  // A cast: an object literal with a computed key loses its key.
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
