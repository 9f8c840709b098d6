/** Names only, as Elasticsearch allows them: its own words do not go into a status. */
const FILTER = /failed to parse filter for alias \[([^\]\s"<>]{1,255})\]/;

/** The alias whose filter Elasticsearch could not make sense of with the mappings of its new index. */
export function refusedFilter(detail: string | undefined): string | undefined {
  return FILTER.exec(detail ?? '')?.[1];
}

/** @param alias undefined where Elasticsearch does not say which. */
export function aliasRefusal(alias: string | undefined, index: string, errorType: string | undefined) {
  const what =
    alias === undefined
      ? `refuses to move the aliases to ${index} (${errorType}): its log says why`
      : `refuses alias ${alias} for ${index}: its filter does not fit the mappings there`;
  const message = `Elasticsearch ${what}; no alias was moved: correct the alias on the source and retry, or the mappings in a new request`;
  return { reason: 'AliasConflict', message };
}
