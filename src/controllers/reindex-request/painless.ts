/**
 * As much of Painless as is needed to put a user's script inside of a function of ours: its tokens. What looks like a
 * brace in a string, a comment or a regular expression is none, and a brace that closes more than the script has opened
 * would end our function early and run what follows outside of its check.
 */
export interface Token {
  readonly type: 'word' | 'keyword' | 'number' | 'text' | 'regex' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Undefined for a script that ends inside of a string or comment, or that cannot be read without doubt. */
export function tokensOf(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const skipped = matchAt(BLANK, source, at);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = tokenAt(source, at, tokens.at(-1));
    if (token === undefined) return undefined;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** True when every bracket is closed by its own kind and none that the script has not opened. */
export function isBalanced(tokens: readonly Token[]): boolean {
  const open: string[] = [];
  for (const { type, text } of tokens) {
    if (type !== 'sign') continue;
    if (text in CLOSED_BY) open.push(CLOSED_BY[text] ?? '');
    else if (CLOSING.has(text) && open.pop() !== text) return false;
  }
  return open.length === 0;
}

const CLOSED_BY: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };
const CLOSING = new Set(Object.values(CLOSED_BY));

const BLANK = /(?:[ \t\n\r]+|\/\/[^\n\r]*(?:[\n\r]|$)|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)/y;
const WORD = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const NUMBER = /[0-9](?:[0-9a-zA-Z_.]*[0-9a-zA-Z_])?/y;
/** The only escapes that Painless knows are the backslash itself and the quote. */
const TEXT = /"(?:\\["\\]|[^"\\])*"|'(?:\\['\\]|[^'\\])*'/y;
/** Without a backslash before a slash: whether such a slash ends the expression cannot be told. */
const REGEX = /\/(?:\\[^\n/]|[^\\\n/])+\/(?!\/)[a-zA-Z]*/y;

const KEYWORDS = new Set(
  'if else while do for in continue break return new try catch throw this instanceof true false null byte short char int long float double boolean void def'.split(
    ' ',
  ),
);

function tokenAt(source: string, at: number, last: Token | undefined): Token | undefined {
  const character = source.charAt(at);
  const token = (type: Token['type'], text: string): Token => ({
    type,
    text,
    start: at,
    end: at + text.length,
  });
  const word = matchAt(WORD, source, at);
  if (word !== undefined) return token(KEYWORDS.has(word) && last?.text !== '.' ? 'keyword' : 'word', word);
  const number = matchAt(NUMBER, source, at);
  if (number !== undefined) return token('number', number);
  if (character === '"' || character === "'") return optional('text', matchAt(TEXT, source, at), token);
  if (character === '/' && source.charAt(at + 1) === '*') return undefined;
  if (character === '/' && beginsRegex(last)) return optional('regex', matchAt(REGEX, source, at), token);
  return token('sign', character);
}

function optional(
  type: Token['type'],
  text: string | undefined,
  token: (type: Token['type'], text: string) => Token,
): Token | undefined {
  return text === undefined ? undefined : token(type, text);
}

/** Painless's own rule: after a value a slash divides, anywhere else it begins a regular expression. */
function beginsRegex(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.type === 'sign') return last.text !== ')' && last.text !== ']';
  return last.type === 'keyword' || last.type === 'text' || last.type === 'regex';
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
