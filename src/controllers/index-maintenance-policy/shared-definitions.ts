import { isDeepStrictEqual } from 'node:util';
import type { AliasDefinition, ListedIndex } from './observed.ts';

/** By alias, what a new member gets because the present ones have it, whoever has given it to them. */
export function sharedDefinitions(indices: readonly ListedIndex[]): ReadonlyMap<string, AliasDefinition> {
  const present = indices.flatMap(({ aliases }) => Object.entries(aliases));
  const byAlias = Map.groupBy(present, ([alias]) => alias);
  return new Map(
    [...byAlias].map(([alias, members]) => [alias, sharedBy(members.map(([, definition]) => definition))]),
  );
}

/** What one member hides the next one would show. Elasticsearch wants an alias to be hidden on all of its members, or on none. */
function sharedBy(definitions: readonly AliasDefinition[]): AliasDefinition {
  const filter = definitions[0]?.filter;
  const isFiltered =
    filter !== undefined && definitions.every((each) => isDeepStrictEqual(each.filter, filter));
  const isHidden = definitions.some(({ is_hidden }) => is_hidden === true);
  return { ...(isFiltered ? { filter } : {}), ...(isHidden ? { is_hidden: true } : {}) };
}
