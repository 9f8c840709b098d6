import { isDeepStrictEqual } from 'node:util';
import { formatName } from '../../naming/template.ts';
import { inWindow } from '../../naming/period.ts';
import { isOwn } from './guards.ts';
import type { AliasDefinition, ListedIndex, Surroundings } from './observed.ts';
import { currentMembers } from './current-versions.ts';
import {
  byOrigin,
  byPlace,
  type CompiledAlias,
  type CompiledTarget,
  isNameOf,
  type Matched,
  type Member,
  placeOf,
} from './targets.ts';

/** One membership that changes. All of a plan go into one atomic call. */
export type AliasChange =
  | {
      readonly type: 'Add';
      readonly index: string;
      readonly uuid: string;
      readonly alias: string;
      /** Whole: what a person has added to it, such as a routing, is in it as it was. */
      readonly definition: AliasDefinition;
    }
  | { readonly type: 'Remove'; readonly index: string; readonly uuid: string; readonly alias: string };

export interface AliasPlan {
  readonly changes: readonly AliasChange[];
  /** Aliases that cannot be as their policy says, with the index that stands in the way. */
  readonly held: readonly {
    readonly index: string;
    readonly alias: string;
    readonly reason: 'AliasNameTaken' | 'ForeignWriteIndex';
  }[];
}

export interface AliasFacts {
  readonly indices: readonly ListedIndex[];
  readonly around: Pick<Surroundings, 'protects' | 'reindexed'>;
  /** Indexes that are about to be deleted get no new alias. */
  readonly leaving: ReadonlySet<string>;
  readonly now: number;
}

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

/** What must change so that each alias leads to what its policy says, and nothing when it does already. */
export function planAliases(matched: readonly Matched[], facts: AliasFacts): AliasPlan {
  const names = new Set(facts.indices.flatMap(({ name, dataStream }) => [name, dataStream ?? name]));
  const hidden = hiddenAliases(facts.indices);
  const parts = matched.map((each) => changesOf(each, { ...facts, hidden }));
  const all = parts.flatMap(({ changes }) => changes);
  const taken = all.filter(({ alias }) => names.has(alias) || facts.around.protects(alias));
  const changes = all.filter((change) => !taken.includes(change));
  return {
    changes: withoutEmptying(changes, matched, facts.indices),
    held: [
      ...[...new Set(taken.map(({ alias }) => alias))].map((alias) => ({
        index: alias,
        alias,
        reason: 'AliasNameTaken' as const,
      })),
      ...parts.flatMap(({ held }) => held),
    ],
  };
}

/** Elasticsearch wants an alias to be hidden on all of its members, or on none. */
const hiddenAliases = (indices: readonly ListedIndex[]): ReadonlySet<string> =>
  new Set(
    indices.flatMap(({ aliases }) =>
      Object.entries(aliases).flatMap(([alias, { is_hidden }]) => (is_hidden === true ? [alias] : [])),
    ),
  );

interface ChangeFacts extends AliasFacts {
  readonly hidden: ReadonlySet<string>;
}

function changesOf({ target, members }: Matched, facts: ChangeFacts): AliasPlan {
  if (target.aliases.length === 0) return { changes: [], held: [] };
  const mayChange = ({ index }: Member) => isEligible(index, facts.around);
  const eligible = members.filter(mayChange);
  const current = currentMembers(target, members, mayChange);
  const parts = target.aliases.map((alias) => changesOfAlias(alias, { target, eligible, current, facts }));
  return { changes: parts.flatMap(({ changes }) => changes), held: parts.flatMap(({ held }) => held) };
}

/** What is hidden, closed, protected or being copied keeps its aliases as they are: somebody else has plans with it. */
function isEligible(index: ListedIndex, { protects, reindexed }: AliasFacts['around']): boolean {
  const isLeftAlone = index.hidden || index.closed || index.dataStream !== undefined || isOwn(index);
  return !isLeftAlone && !protects(index.name) && !reindexed.has(index.name);
}

interface Context {
  readonly target: CompiledTarget;
  readonly eligible: readonly Member[];
  readonly current: ReadonlySet<Member>;
  readonly facts: ChangeFacts;
}

function changesOfAlias(alias: CompiledAlias, context: Context): AliasPlan {
  const { eligible, facts } = context;
  const wanted = wantedMembers(alias, context);
  const writers =
    alias.spec.writeIndex === 'Newest' ? writersOf(wanted, facts.now) : new Map<string, Member>();
  const foreign = [...writers.keys()].flatMap((name) => foreignWritersOf(name, context));
  const changes = eligible.flatMap((member) => {
    const name = wanted.get(member);
    const writes =
      name !== undefined && foreign.length === 0 ? writeFlag(writers.get(name), member) : undefined;
    return [
      ...removals(alias, member, name),
      ...(name === undefined ? [] : addition(alias, member, name, writes, facts)),
    ];
  });
  return { changes, held: foreign };
}

/** The members with the name of the alias that each is to have. */
function wantedMembers(
  { spec, template, window }: CompiledAlias,
  { eligible, current, facts }: Context,
): ReadonlyMap<Member, string> {
  const nameFor = ({ partition }: Member) =>
    template.dateFormat === undefined
      ? template.text
      : partition && formatName(template, { date: partition.start });
  const named = eligible.flatMap((member): (readonly [Member, string])[] => {
    const name = nameFor(member);
    if (name === undefined || (spec.latestVersionOnly && !current.has(member))) return [];
    const isSeen = window === undefined || isSeenThrough(window, member, name, facts.now);
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
function writersOf(wanted: ReadonlyMap<Member, string>, now: number): ReadonlyMap<string, Member> {
  const oldestFirst = [...wanted].sort(([a], [b]) => byOrigin(b, a));
  const begun = oldestFirst.filter(([{ partition }]) => (partition?.start ?? now) <= now);
  return new Map([...oldestFirst.slice(0, 1), ...begun].map(([member, name]) => [name, member]));
}

const writeFlag = (writer: Member | undefined, member: Member): boolean | undefined =>
  writer === undefined ? undefined : writer === member;

/** Elasticsearch takes one write index for each alias: that of somebody else stays. */
function foreignWritersOf(alias: string, { eligible, facts }: Context): AliasPlan['held'] {
  const own = new Set(eligible.map(({ index }) => index.name));
  return facts.indices
    .filter(({ name, aliases }) => !own.has(name) && aliases[alias]?.is_write_index === true)
    .map(({ name }) => ({ index: name, alias, reason: 'ForeignWriteIndex' }));
}

function removals(
  alias: CompiledAlias,
  { index }: Member,
  wanted: string | undefined,
): readonly AliasChange[] {
  return Object.keys(index.aliases)
    .filter((name) => name !== wanted && isNameOf(alias, name))
    .map((name) => ({ type: 'Remove', index: index.name, uuid: index.uuid, alias: name }));
}

function addition(
  { spec }: CompiledAlias,
  { index }: Member,
  alias: string,
  writes: boolean | undefined,
  { leaving, hidden }: ChangeFacts,
): readonly AliasChange[] {
  const before = index.aliases[alias];
  if (before === undefined && leaving.has(index.name)) return [];
  const known: AliasDefinition = before ?? (hidden.has(alias) ? { is_hidden: true } : {});
  const { filter: _filter, ...rest } = known;
  const definition = {
    ...rest,
    ...(spec.filter === undefined ? {} : { filter: spec.filter }),
    ...(writes === undefined || (!writes && rest.is_write_index === undefined)
      ? {}
      : { is_write_index: writes }),
  };
  if (before !== undefined && isDeepStrictEqual(plain(before), plain(definition))) return [];
  return [{ type: 'Add', index: index.name, uuid: index.uuid, alias, definition }];
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What Elasticsearch holds once the changes are made. */
export function withChanges(
  indices: readonly ListedIndex[],
  changes: readonly AliasChange[],
): readonly ListedIndex[] {
  const byIndex = Map.groupBy(changes, ({ index }) => index);
  return indices.map((index) => {
    const own = byIndex.get(index.name);
    if (own === undefined) return index;
    const aliases = { ...index.aliases };
    for (const change of own) {
      if (change.type === 'Add') aliases[change.alias] = change.definition;
      else delete aliases[change.alias];
    }
    return { ...index, aliases };
  });
}

/** An alias that searches go through never leads nowhere: of the members that would leave it the newest stays. */
function withoutEmptying(
  changes: readonly AliasChange[],
  matched: readonly Matched[],
  indices: readonly ListedIndex[],
): readonly AliasChange[] {
  const targets = matched.map(({ target }) => target);
  const staying = new Set(newestOf(emptyingAmong(changes, targets, indices), matched));
  return changes.filter((change) => !staying.has(change));
}

/**
 * The removals after which nothing would be behind an alias, but for aliases that end with their partition.
 * @param holders all that is behind these aliases now
 */
export function emptyingAmong(
  changes: readonly AliasChange[],
  targets: readonly CompiledTarget[],
  holders: readonly { readonly name: string; readonly aliases: object }[],
): readonly AliasChange[] {
  const added = changes.flatMap(({ type, alias }) => (type === 'Add' ? [alias] : []));
  const removals = changes.filter(({ type }) => type === 'Remove');
  const leaving = new Set(removals.map(({ index, alias }) => `${index}/${alias}`));
  const kept = holders.flatMap(({ name, aliases }) =>
    Object.keys(aliases).filter((alias) => !leaving.has(`${name}/${alias}`)),
  );
  const left = new Set([...added, ...kept]);
  const endsWithItsPartition = (name: string) =>
    targets.some(({ aliases }) =>
      aliases.some((alias) => alias.template.dateFormat !== undefined && isNameOf(alias, name)),
    );
  return removals.filter(({ alias }) => !left.has(alias) && !endsWithItsPartition(alias));
}

/** Of the changes of each alias the one of the newest index. */
function newestOf(changes: readonly AliasChange[], matched: readonly Matched[]): Iterable<AliasChange> {
  if (changes.length === 0) return [];
  const byAlias = new Map<string, AliasChange>();
  const oldestFirst = matched.flatMap(({ members }) => members).sort((a, b) => byPlace(b, a));
  const ranks = new Map(oldestFirst.map(({ index }, at) => [index.name, at]));
  const rank = ({ index }: AliasChange) => ranks.get(index) ?? -1;
  for (const change of [...changes].sort((a, b) => rank(a) - rank(b))) byAlias.set(change.alias, change);
  return byAlias.values();
}
