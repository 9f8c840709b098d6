/**
 * The Painless program that a copy runs: the request's renames, then its own script, wrapped so that a document keeps
 * the place that the plan gave it. Identity is `_id`, `_routing` and `_index`: a script that moved a document would
 * bypass grants and protected indices, and no count could prove the copy.
 */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly removeOriginal: boolean;
}

export interface Transform {
  readonly script?:
    | { readonly source: string; readonly params?: Readonly<Record<string, unknown>> | undefined }
    | undefined;
  readonly renames?: readonly Rename[] | undefined;
}

export interface PainlessScript {
  readonly lang: 'painless';
  readonly source: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Undefined when there is nothing to run, which lets Elasticsearch copy documents without parsing them. */
export function copyScript(transform: Transform | undefined): PainlessScript | undefined {
  const renames = (transform?.renames ?? []).map(renameCall);
  const script = transform?.script;
  if (renames.length === 0 && !script) return undefined;
  const user = splitFunctions(script?.source ?? '');
  const source = [
    ...user.functions,
    ...(renames.length > 0 ? [RENAME_FUNCTION] : []),
    `void esStewardTransform(def ctx, def params) {\n${FIRST_STATEMENT}\n${user.body}\n}`,
    'def esStewardId = ctx._id; def esStewardRouting = ctx._routing; def esStewardIndex = ctx._index;',
    ...renames,
    'esStewardTransform(ctx, params);',
    'if (ctx._id != esStewardId || ctx._routing != esStewardRouting || ctx._index != esStewardIndex) {',
    "  throw new IllegalArgumentException('es-steward: a script may not change _id, _routing or _index');",
    '}',
  ].join('\n');
  return { lang: 'painless', source, ...(script?.params ? { params: script.params } : {}) };
}

/** Painless compiles no function without a statement, and there may be renames only, or a script of comments. */
const FIRST_STATEMENT = 'def esStewardSource = ctx._source;';

function renameCall({ from, to, removeOriginal }: Rename): string {
  return `esStewardRename(ctx._source, ${pathLiteral(from)}, ${pathLiteral(to)}, ${removeOriginal});`;
}

/**
 * A guarded move of one field: every parent on the way is checked, missing parents of the target are made, and the
 * original goes only when it was there. A parent that is a value is never overwritten: that would lose it.
 */
const RENAME_FUNCTION = `void esStewardRename(def source, List from, List to, boolean remove) {
  def parent = source;
  for (int i = 0; i < from.size() - 1; i++) {
    if (!(parent instanceof Map)) { return; }
    parent = parent.get(from[i]);
  }
  def name = from[from.size() - 1];
  if (!(parent instanceof Map) || !parent.containsKey(name)) { return; }
  def value = parent.get(name);
  if (remove) { parent.remove(name); }
  def target = source;
  for (int i = 0; i < to.size() - 1; i++) {
    if (target.get(to[i]) == null) { target.put(to[i], new HashMap()); }
    target = target.get(to[i]);
    if (!(target instanceof Map)) {
      throw new IllegalArgumentException('es-steward: ' + to[i] + ' is a value, nothing can be moved below it');
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

/** Painless wants functions before statements, and none inside another: they stay outside of the wrapper. */
function splitFunctions(source: string): { readonly functions: readonly string[]; readonly body: string } {
  const functions: string[] = [];
  let rest = source;
  for (;;) {
    const header = FUNCTION_HEADER.exec(rest);
    const end = header ? endOfBlock(rest, header[0].length) : undefined;
    if (!header || end === undefined) return { functions, body: rest };
    functions.push(rest.slice(0, end).trim());
    rest = rest.slice(end);
  }
}

/** Comments, then `type name(arguments) {`; a statement never has two words before its parenthesis but `else if`. */
const FUNCTION_HEADER =
  /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*(?!(?:else|return|new|throw|in)\b)[A-Za-z_][\w.]*(?:<[\w<>., ]*>)?(?:\[\])*\s+[A-Za-z_]\w*\s*\([^(){};]*\)\s*\{/;

/** Behind the brace that closes the block whose first brace ends at `start`; strings and comments do not count. */
function endOfBlock(source: string, start: number): number | undefined {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[{}]/g;
  token.lastIndex = start;
  let depth = 1;
  for (let found = token.exec(source); found; found = token.exec(source)) {
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return undefined;
}
