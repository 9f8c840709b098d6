import { formatName } from '../../naming/template.ts';
import { inWindow } from '../../naming/period.ts';
import type { ListedIndex } from './observed.ts';
import { byOrigin, type CompiledAlias, type Matched, type Member, placeOf } from './targets.ts';

/** Every alias that a target keeps, whether it is there or not. */
export function aliasNamesOf({ target, members }: Matched): readonly string[] {
  return target.aliases.flatMap(({ template }) =>
    template.dateFormat === undefined
      ? [template.text]
      : members.flatMap(({ partition }) =>
          partition ? [formatName(template, { date: partition.start })] : [],
        ),
  );
}

/** The members of a target whose aliases may change, and the current index of each partition. */
export interface Candidates {
  readonly eligible: readonly Member[];
  readonly current: ReadonlySet<Member>;
}

/** The members with the name of the alias that each is to have. */
export function wantedMembers(
  { spec, template, window }: CompiledAlias,
  { eligible, current }: Candidates,
  now: number,
): ReadonlyMap<Member, string> {
  const nameFor = ({ partition }: Member) =>
    template.dateFormat === undefined
      ? template.text
      : partition && formatName(template, { date: partition.start });
  const named = eligible.flatMap((member): (readonly [Member, string])[] => {
    const name = nameFor(member);
    if (name === undefined || (spec.latestVersionOnly && !current.has(member))) return [];
    const isSeen = window === undefined || isSeenThrough(window, member, name, now);
    return isSeen ? [[member, name]] : [];
  });
  return new Map(named);
}

/** A partition for tomorrow may be there already; a date further ahead is a mistake in a name. */
const EARLY_MS = 86_400_000;

/** Where nothing tells the age now, such as without one of the shards, what is behind the alias stays there. */
function isSeenThrough(window: number, member: Member, alias: string, now: number): boolean {
  const { index, partition } = member;
  if (partition !== undefined && partition.start > now + EARLY_MS) return false;
  const place = placeOf(member);
  if (place !== undefined) return inWindow(place, window, now);
  return Object.hasOwn(index.aliases, alias) || isNewAndEmpty(index, window, now);
}

/** It has no documents that could tell its age, and may get none but through the alias. */
function isNewAndEmpty({ created, figures }: ListedIndex, window: number, now: number): boolean {
  return figures?.documents === 0 && inWindow({ start: created, end: created }, window, now);
}

/**
 * By alias, its newest member whose partition has begun: a partition that was made early takes no writes yet. An index
 * without a date in its name has begun, whatever another clock says of its creation, and however its documents are dated.
 */
export function writersOf(wanted: ReadonlyMap<Member, string>, now: number): ReadonlyMap<string, Member> {
  const oldestFirst = [...wanted].sort(([a], [b]) => byOrigin(b, a));
  const begun = oldestFirst.filter(([{ partition }]) => (partition?.start ?? now) <= now);
  return new Map([...oldestFirst.slice(0, 1), ...begun].map(([member, name]) => [name, member]));
}
