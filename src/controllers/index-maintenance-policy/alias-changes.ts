import type { AliasDefinition, ListedIndex } from './observed.ts';

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
