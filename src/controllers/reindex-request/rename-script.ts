import type { ReindexRequestSpec } from '../../crds/reindex-request.ts';
import { BELOW_VALUE } from './script-failure.ts';

type Rename = NonNullable<NonNullable<ReindexRequestSpec['transform']>['renames']>[number];

/** The statement that renames a field. */
export function renameCall({ from, to, removeOriginal }: Rename): string {
  return `esStewardRename(ctx._source, ${pathLiteral(from)}, ${pathLiteral(to)}, ${removeOriginal});`;
}

/**
 * A guarded move of one field: every parent on the way is checked, missing parents of the target are made, and the
 * original goes only when it was there. A parent that is a value is never overwritten: that would lose it.
 * To Elasticsearch a dot in a key and an object are the same field: where one is looked for, either is found, objects
 * first, and nothing that is there under the new name stays beside the value.
 */
export const RENAME_FUNCTIONS = `List esStewardFind(def parent, List path) {
  if (!(parent instanceof Map)) { return null; }
  for (int i = 1; i <= path.size(); i++) {
    def key = String.join('.', path.subList(0, i));
    if (!parent.containsKey(key)) { continue; }
    if (i == path.size()) { return [parent, key]; }
    List found = esStewardFind(parent.get(key), path.subList(i, path.size()));
    if (found != null) { return found; }
  }
  return null;
}
void esStewardRename(def source, List from, List to, boolean remove) {
  List old = esStewardFind(source, from);
  if (old == null) { return; }
  def value = old[0].get(old[1]);
  if (remove) { old[0].remove(old[1]); }
  for (List past = esStewardFind(source, to); past != null; past = esStewardFind(source, to)) {
    past[0].remove(past[1]);
  }
  def target = source;
  for (int i = 0; i < to.size() - 1; i++) {
    if (target.get(to[i]) == null) { target.put(to[i], new HashMap()); }
    target = target.get(to[i]);
    if (!(target instanceof Map)) {
      throw new IllegalArgumentException('es-steward: ' + to[i] + ' ${BELOW_VALUE}');
    }
  }
  target.put(to[to.size() - 1], value);
}`;

function pathLiteral(path: string): string {
  return `[${path.split('.').map(literal).join(', ')}]`;
}

/** The CRD refuses quotes, backslashes and control characters in a path; escaping keeps it safe without that. */
function literal(segment: string): string {
  return `'${segment.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
