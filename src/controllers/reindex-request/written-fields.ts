import { firstOf } from './query-time.ts';

type Options = Readonly<Record<string, unknown>>;

/** Where a document is, and on which condition it is written there: with a version, a copy under writes never ends. */
export const IDENTITY = [
  '_id',
  '_routing',
  '_index',
  '_version',
  '_version_type',
  '_if_seq_no',
  '_if_primary_term',
] as const;
/** A path may begin with the name of the whole document. */
const IDENTITY_PATHS = IDENTITY.flatMap((field) => [field, `_source.${field}`]);

/** What a processor does, or could do, to one of these, as the middle of a sentence, with a cure; undefined when nothing. */
export function writtenFault(type: string, options: Options): string | undefined {
  const written = writtenFields(type, options);
  const named = written.find((name) => IDENTITY_PATHS.includes(name));
  if (named !== undefined)
    return `changes ${named}, which must not change, with a ${type} processor: take that out`;
  const possible = firstOf(written, possibleIdentity);
  return (
    possible &&
    `has a ${type} processor that writes fields that the documents name, such as ${possible}: ${cures[type] ?? 'give the name a fixed beginning'}`
  );
}

const cures: Readonly<Record<string, string>> = {
  json: 'give it a target_field',
  kv: 'give it a target_field, a prefix or include_keys',
  dissect: 'name the fields in its pattern',
};

/** A name that is made of the documents: any. */
const ANY = '{{any}}';

/** Most processors read `field` and write `target_field`, or change `field` in place when there is no target. */
function writtenFields(type: string, options: Options): readonly string[] {
  return (special[type] ?? usual)(options);
}

function usual({ field, target_field: target }: Options): readonly string[] {
  return names(target ?? field);
}

const nothing = () => [];

const special: Readonly<Record<string, (options: Options) => readonly string[]>> = {
  fail: nothing,
  drop: nothing,
  foreach: nothing,
  rename: ({ field, target_field: target }) => [...names(field), ...names(target)],
  csv: ({ target_fields: targets }) => names(targets),
  json: (options) => (options['add_to_root'] === true ? [ANY] : usual(options)),
  kv: ({ target_field: target, prefix = '', include_keys: keys = [ANY] }) =>
    target === undefined ? names(keys).map((key) => `${String(prefix)}${key}`) : names(target),
  grok: ({ patterns, pattern_definitions: definitions }) =>
    [...names(patterns), ...names(Object.values(definitions ?? {}))].flatMap(captures),
  dissect: ({ pattern }) => names(pattern).flatMap(keys),
};

function names(value: unknown): readonly string[] {
  return [value].flat().filter((name) => typeof name === 'string');
}

/** `%{WORD:name}`, `%{WORD:name:type}` and `(?<name>...)`. */
function captures(pattern: string): readonly string[] {
  return [...pattern.matchAll(/(?:%\{\w*:|\(\?<)([\w.@-]+)/g)].map(([, name = '']) => name);
}

/** `%{name}`, `%{+name/2->}`; `%{?name}` is dropped, and `%{*key}` is a name that the document gives. */
function keys(pattern: string): readonly string[] {
  return [...pattern.matchAll(/%\{([+*&?]?)([^}]*?)(?:\/\d+)?(?:->)?\}/g)].flatMap(([, sign, name = '']) =>
    sign === '?' || sign === '&' ? [] : [sign === '*' ? ANY : name],
  );
}

/** A template (`{{a}}`) stands for anything between what is fixed about a name; a section may stand for nothing. */
function possibleIdentity(name: string): string | undefined {
  if (!name.includes('{{')) return undefined;
  if (/\{\{\s*[#^/>!=]/.test(name)) return IDENTITY[0];
  const parts = name.split(/\{\{.*?\}\}+/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  return IDENTITY_PATHS.find(
    (path) => path.length >= first.length + last.length && path.startsWith(first) && path.endsWith(last),
  );
}
