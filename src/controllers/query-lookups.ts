/**
 * Whether a query reads another index than the one that it is asked of, for which nobody has a grant. A lookup (terms, indexed
 * shapes, more_like_this, percolate) names an index beside an id.
 */
export function namesAnIndex(query: unknown): boolean {
  if (query === null || typeof query !== 'object') return false;
  const keys = new Set(Object.keys(query));
  const looksUp =
    // Its index is `shapes` where none is named.
    keys.has('indexed_shape') ||
    ((keys.has('index') || keys.has('_index')) && (keys.has('id') || keys.has('_id')));
  return looksUp || Object.values(query).some(namesAnIndex);
}
