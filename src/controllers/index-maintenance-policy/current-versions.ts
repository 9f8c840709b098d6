import { isExpired } from './retention.ts';
import { byPlace, type CompiledTarget, isNameOf, type Member } from './targets.ts';

/** The versions of one partition, or of everything where nothing tells partitions apart. */
type Partition = readonly Member[];

/** Members of one partition together; the newest partition first. */
export function partitionsOf({ template }: CompiledTarget, members: readonly Member[]): readonly Partition[] {
  const groups = new Map<unknown, Member[]>();
  for (const member of [...members].sort(byPlace)) {
    const key = keyOf(template, member);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return [...groups.values()];
}

/** Without versions every index is a partition of its own. */
function keyOf(template: CompiledTarget['template'], { index, partition }: Member): unknown {
  if (!template.hasVersion) return index.name;
  return template.dateFormat === undefined ? 'all' : partition?.end;
}

/**
 * The current index of each partition: the one that the target's aliases lead to. A later version that nobody has
 * switched to is not current, and an earlier one that was left behind does not become so again as long as the current one
 * is there, whatever happens to it, such as a copy of it. Where no version of a partition has an alias, also because its
 * current one was deleted, it is the version that is current elsewhere, else the lowest, of those that may become so.
 */
export function currentMembers(
  target: CompiledTarget,
  members: readonly Member[],
  mayBecome: (member: Member) => boolean,
): ReadonlySet<Member> {
  const version = currentVersion(target, members);
  const current = partitionsOf(target, members).flatMap((partition) => {
    const able = partition.filter(mayBecome);
    const holding = (member: Member) => holds(target, member);
    const holder = able.find(holding) ?? partition.find(holding);
    if (holder !== undefined) return holder;
    return able.find((member) => member.version === version) ?? able.at(-1) ?? [];
  });
  return new Set(current);
}

/** The version that the aliases lead to in the newest partition that has one; else the lowest that exists. */
export function currentVersion(target: CompiledTarget, members: readonly Member[]): number | undefined {
  const holders = [...members].sort(byPlace).filter((member) => holds(target, member));
  return holders[0] === undefined ? lowestVersion(members) : holders[0].version;
}

/** The same for people: before there is any alias, what has expired will not get one. */
export function toldVersion(target: CompiledTarget, members: readonly Member[], now: number) {
  const lasting = members.filter(
    (member) => holds(target, member) || !isExpired(member, target.spec.retention, now),
  );
  return currentVersion(target, lasting.length === 0 ? members : lasting);
}

const lowestVersion = (members: readonly Member[]): number | undefined =>
  members
    .flatMap(({ version }) => version ?? [])
    .reduce<number | undefined>((low, version) => Math.min(low ?? version, version), undefined);

/** Whether an alias that tells versions apart leads to this index. */
function holds({ aliases }: CompiledTarget, { index }: Member): boolean {
  const telling = aliases.filter(({ spec }) => spec.latestVersionOnly);
  return Object.keys(index.aliases).some((name) => telling.some((alias) => isNameOf(alias, name)));
}
