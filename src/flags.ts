import type { z } from 'zod';

/**
 * Flags from a zod object. A key `watchNamespaces` is `--watch-namespaces` on the command line and
 * `PREFIX_WATCH_NAMESPACES` in the environment; each field takes a text and says by `.describe()` what it means and by
 * `.meta()` how it is written. Flags win over the environment.
 */
export type FlagMeta = {
  /** What stands for the value in the help text; absent for a switch, which needs no value. */
  readonly value?: string;
  /** Given twice, the values join. */
  readonly list?: boolean;
};

/** A flag or variable that cannot be used. The message names it and the cure. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError for an unknown flag or a value that breaks its rule; all broken values at once. */
export function readFlags<Schema extends z.ZodObject>(
  schema: Schema,
  prefix: string,
  args: readonly string[],
  environment: Environment,
): z.output<Schema> {
  const names = Object.keys(schema.shape);
  const given = { ...fromEnvironment(names, prefix, environment), ...fromArguments(schema, args) };
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(given).map(([name, { text }]) => [name, text])),
  );
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => {
    const { source, text } = given[String(issue.path[0])] ?? { source: String(issue.path[0]), text: '' };
    return `${source}: ${issue.message}, got ${JSON.stringify(text)}`;
  });
  throw new ConfigError(`${complaints.join('; ')}. --help explains every flag.`);
}

/** Every flag with its variable, default and meaning. */
export function describeFlags(schema: z.ZodObject, prefix: string): string {
  return Object.entries(schema.shape)
    .map(([name, field]) => {
      const { value, description = '' } = metaOf(field);
      const byDefault = defaultOf(field);
      const notes = [variableName(prefix, name), ...(byDefault ? [`default ${byDefault}`] : [])];
      return `  ${flagName(name)}${value ? `=${value}` : '[=true|false]'}  (${notes.join(', ')})\n${wrap(description, 6, 100)}`;
    })
    .join('\n');
}

interface Given {
  readonly text: string;
  /** How the user wrote it, for messages. */
  readonly source: string;
}

function fromEnvironment(
  names: readonly string[],
  prefix: string,
  environment: Environment,
): Record<string, Given> {
  const found: Record<string, Given> = {};
  for (const name of names) {
    const source = variableName(prefix, name);
    const text = environment[source];
    // An empty variable is how shells and charts say "not set".
    if (text) found[name] = { text, source };
  }
  return found;
}

function fromArguments(schema: z.ZodObject, args: readonly string[]): Record<string, Given> {
  const found: Record<string, Given> = {};
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const equals = argument.indexOf('=');
    const source = equals < 0 ? argument : argument.slice(0, equals);
    const name = nameOf(source, Object.keys(schema.shape));
    const { value, list } = metaOf(schema.shape[name]);
    const text = equals < 0 ? (value ? nextValue(source, rest) : 'true') : argument.slice(equals + 1);
    const earlier = list ? found[name] : undefined;
    found[name] = { source, text: earlier ? `${earlier.text},${text}` : text };
  }
  return found;
}

function nameOf(written: string, names: readonly string[]): string {
  const name = names.find((candidate) => flagName(candidate) === written);
  if (name) return name;
  if (!written.startsWith('--'))
    throw new ConfigError(
      `unexpected argument ${JSON.stringify(written)}: flags begin with --. --help lists them.`,
    );
  const near = names.map(flagName).find((flag) => isNear(flag, written));
  throw new ConfigError(
    `unknown flag ${written}: ${near ? `did you mean ${near}? ` : ''}--help lists all flags.`,
  );
}

function nextValue(flag: string, rest: string[]): string {
  const next = rest.shift();
  if (next === undefined || next.startsWith('--'))
    throw new ConfigError(`${flag} needs a value: write ${flag}=VALUE. --help explains every flag.`);
  return next;
}

function metaOf(field: unknown): FlagMeta & { readonly description?: string } {
  return ((field as z.ZodType).meta() ?? {}) as FlagMeta & { readonly description?: string };
}

function defaultOf(field: unknown): string {
  const { data } = (field as z.ZodType).safeParse(undefined);
  return data === undefined ? '' : JSON.stringify(data).replace(/["[\]]/g, '');
}

function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function variableName(prefix: string, name: string): string {
  return `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Equal but for up to two letters missing, added or changed. */
function isNear(left: string, right: string): boolean {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (right[column - 1] === left[row - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return (previous.at(-1) ?? Infinity) <= 2;
}

function wrap(text: string, indent: number, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line && indent + line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}
