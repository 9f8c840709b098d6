import type { ReindexRequestSpec } from '../../crds/reindex-request.ts';
import { isBalanced, type Token, tokensOf } from './painless.ts';
import { RENAME_FUNCTIONS, renameCall } from './rename-script.ts';
import { MOVES_DOCUMENT } from './script-failure.ts';

type Transform = Pick<NonNullable<ReindexRequestSpec['transform']>, 'script' | 'renames'>;

/**
 * The Painless program that a copy runs: the request's renames, then its own script, wrapped so that a document keeps
 * the place that the plan gave it. Identity is `_id`, `_routing` and `_index`: a script that moved a document would
 * bypass grants and protected indices, and no count could prove the copy.
 */
export interface PainlessScript {
  readonly lang: 'painless';
  readonly source: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * Raised when the same transform comes to do another thing to a document than before: what an earlier version has begun
 * is not finished by this one, as its documents would not be alike.
 */
export const PROGRAM = 1;

/**
 * Undefined when there is nothing to run, which lets Elasticsearch copy documents without parsing them.
 * @param leavesOut an earlier round may have copied a document that the script now leaves out: it is deleted then.
 */
export function copyScript(
  transform: Transform | undefined,
  { leavesOut = false }: { readonly leavesOut?: boolean } = {},
): PainlessScript | undefined {
  const renames = (transform?.renames ?? []).map(renameCall);
  const script = transform?.script;
  if (renames.length === 0 && !script) return undefined;
  const user = splitFunctions(script?.source ?? '');
  const source = [
    ...user.functions,
    ...(renames.length > 0 ? [RENAME_FUNCTIONS] : []),
    `void esStewardTransform(def ctx, def params) {\n${FIRST_STATEMENT}\n${user.body}\n}`,
    'def esStewardId = ctx._id; def esStewardRouting = ctx._routing; def esStewardIndex = ctx._index;',
    ...renames,
    'esStewardTransform(ctx, params);',
    'if (ctx._id != esStewardId || ctx._routing != esStewardRouting || ctx._index != esStewardIndex) {',
    `  throw new IllegalArgumentException('${MOVES_DOCUMENT}');`,
    '}',
    ...(leavesOut ? ["if (ctx.op == 'noop') { ctx.op = 'delete'; }"] : []),
  ].join('\n');
  return { lang: 'painless', source, ...(script?.params ? { params: script.params } : {}) };
}

/** Painless compiles no function without a statement, and there may be renames only, or a script of comments. */
const FIRST_STATEMENT = 'def esStewardSource = ctx._source;';

/** Why a script cannot be run inside of our function; undefined when it can. */
export function scriptFault(source: string): string | undefined {
  const tokens = tokensOf(source);
  if (tokens === undefined)
    return 'ends inside of a string or a comment, or has a regular expression with an escaped slash (write \\x2f)';
  return isBalanced(tokens) ? undefined : 'closes a bracket that it has not opened, or leaves one open';
}

/**
 * At the end of a script Painless takes a statement without its semicolon, but not everywhere before a brace, as in
 * `if (a) b = 1`. It comes right behind the last word, as a comment may follow.
 */
function terminated(source: string, tokens: readonly Token[]): string {
  const last = tokens.at(-1);
  if (!last || last.text === ';' || last.text === '}') return source;
  return `${source.slice(0, last.end)};${source.slice(last.end)}`;
}

/** Painless wants functions before statements, and none inside another: they stay outside of the wrapper. */
function splitFunctions(script: string): { readonly functions: readonly string[]; readonly body: string } {
  const tokens = tokensOf(script) ?? [];
  const source = terminated(script, tokens);
  const functions: string[] = [];
  let first = 0;
  let start = 0;
  for (;;) {
    const brace = bodyOfFunction(tokens, first);
    const end = brace === undefined ? undefined : closing(tokens, brace);
    if (end === undefined) return { functions, body: source.slice(start) };
    const behind = tokens[end]?.end ?? source.length;
    functions.push(source.slice(start, behind).trim());
    start = behind;
    first = end + 1;
  }
}

/** `type name(arguments) {` at this token: the index of the brace. A statement never has two words before a parenthesis. */
function bodyOfFunction(tokens: readonly Token[], first: number): number | undefined {
  const text = (at: number) => tokens[at]?.text;
  const isWord = (at: number) => tokens[at]?.type === 'word';
  if (!isWord(first) && !TYPES.has(text(first) ?? '')) return undefined;
  let at = first + 1;
  while (text(at) === '.' && isWord(at + 1)) at += 2;
  if (text(at) === '<') at = generic(tokens, at);
  while (text(at) === '[' && text(at + 1) === ']') at += 2;
  if (!isWord(at) || text(at + 1) !== '(') return undefined;
  const end = closing(tokens, at + 1);
  return end !== undefined && text(end + 1) === '{' ? end + 1 : undefined;
}

const TYPES = new Set(['byte', 'short', 'char', 'int', 'long', 'float', 'double', 'boolean', 'void', 'def']);

/** Behind the `>` that closes the `<` at this token. */
function generic(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at]?.text === '<') depth += 1;
    if (tokens[at]?.text === '>') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

/** The bracket that closes the one at this token. */
function closing(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const { type, text } = tokens[at] ?? { type: 'text', text: '' };
    if (type === 'sign' && '{(['.includes(text)) depth += 1;
    if (type === 'sign' && '})]'.includes(text)) depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}
