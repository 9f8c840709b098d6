import type { ListedIndex } from './observed.ts';
import { byPlace, type CompiledTarget, isNameOf, type Matched } from './targets.ts';
import type { AliasChange } from './alias-changes.ts';

/** An alias that searches go through never leads nowhere: of the members that would leave it the newest stays. */
export function withoutEmptying(
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
