import { isDeepStrictEqual } from 'node:util';
import { isOwn } from './guards.ts';
import type { AliasDefinition, ListedIndex, Surroundings } from './observed.ts';
import { currentMembers } from './current-versions.ts';
import { type CompiledAlias, isNameOf, type Matched, type Member } from './targets.ts';
import type { AliasChange } from './alias-changes.ts';
import { sharedDefinitions } from './shared-definitions.ts';
import { type Candidates, wantedMembers, writersOf } from './wanted-aliases.ts';
import { withoutEmptying } from './emptied-aliases.ts';

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

/** What must change so that each alias leads to what its policy says, and nothing when it does already. */
export function planAliases(matched: readonly Matched[], facts: AliasFacts): AliasPlan {
  const names = new Set(facts.indices.flatMap(({ name, dataStream }) => [name, dataStream ?? name]));
  const shared = sharedDefinitions(facts.indices);
  const parts = matched.map((each) => changesOf(each, { ...facts, shared }));
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

interface ChangeFacts extends AliasFacts {
  readonly shared: ReadonlyMap<string, AliasDefinition>;
}

function changesOf({ target, members }: Matched, facts: ChangeFacts): AliasPlan {
  if (target.aliases.length === 0) return { changes: [], held: [] };
  const mayChange = ({ index }: Member) => isEligible(index, facts.around);
  const eligible = members.filter(mayChange);
  const current = currentMembers(target, members, mayChange);
  const parts = target.aliases.map((alias) => changesOfAlias(alias, { eligible, current, facts }));
  return { changes: parts.flatMap(({ changes }) => changes), held: parts.flatMap(({ held }) => held) };
}

/** What is hidden, closed, protected or being copied keeps its aliases as they are: somebody else has plans with it. */
function isEligible(index: ListedIndex, { protects, reindexed }: AliasFacts['around']): boolean {
  const isLeftAlone = index.hidden || index.closed || index.dataStream !== undefined || isOwn(index);
  return !isLeftAlone && !protects(index.name) && !reindexed.has(index.name);
}

interface Context extends Candidates {
  readonly facts: ChangeFacts;
}

function changesOfAlias(alias: CompiledAlias, context: Context): AliasPlan {
  const { eligible, facts } = context;
  const wanted = wantedMembers(alias, context, facts.now);
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
  { leaving, shared }: ChangeFacts,
): readonly AliasChange[] {
  const before = index.aliases[alias];
  if (before === undefined && leaving.has(index.name)) return [];
  const known = before ?? shared.get(alias) ?? {};
  const definition = {
    ...known,
    ...(spec.filter === undefined ? {} : { filter: spec.filter }),
    ...(writes === undefined || (!writes && known.is_write_index === undefined)
      ? {}
      : { is_write_index: writes }),
  };
  if (before !== undefined && isDeepStrictEqual(plain(before), plain(definition))) return [];
  return [{ type: 'Add', index: index.name, uuid: index.uuid, alias, definition }];
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
