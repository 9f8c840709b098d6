/** What runs in Elasticsearch and copies from or to indexes, as far as names tell. */
export interface Copies {
  /** Of indexes and aliases. */
  readonly names: readonly string[];
  /** Globs, of indexes and aliases as well. */
  readonly patterns: readonly string[];
}

/** `reindex from [a, b] to [c]`: what the request said, which may be aliases, patterns, and dates to be worked out. */
const DESCRIPTION = /^reindex from (.*) to \[(.*)\]$/s;

/** @param complete whether every node told of its tasks: one that did not may copy from anything. */
export function copiesOf(descriptions: readonly string[], complete: boolean): Copies {
  const all = [...new Set([...descriptions.flatMap(sidesOf), ...(complete ? [] : ['*'])])];
  const isPattern = (name: string) => name.includes('*');
  return { names: all.filter((name) => !isPattern(name)), patterns: all.filter(isPattern) };
}

/** One that says something else may be about anything. */
function sidesOf(description: string): readonly string[] {
  const [, sources, destination] = DESCRIPTION.exec(description) ?? [];
  if (sources === undefined || destination === undefined) return ['*'];
  return [...sources.slice(1, -1).split(', ').map(globOf), globOf(destination)];
}

const EVERYTHING: ReadonlySet<string> = new Set(['', '_all', 'all indices']);

/** `<logs-{now/d}>` is a name of the shape `logs-*`. */
function globOf(expression: string): string {
  if (EVERYTHING.has(expression)) return '*';
  return /^<.*>$/s.test(expression) ? expression.slice(1, -1).replace(/\{.*\}/s, '*') : expression;
}
