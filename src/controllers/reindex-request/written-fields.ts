type Options = Readonly<Record<string, unknown>>;

const IDENTITY = ['_id', '_routing', '_index'] as const;
/** A path may begin with the name of the whole document. */
const IDENTITY_PATHS = IDENTITY.flatMap((field) => [field, `_source.${field}`]);

/** What a processor does, or could do, to `_id`, `_routing` or `_index`, as the end of a sentence; undefined when nothing. */
export function writtenFault(type: string, options: Options): string | undefined {
  const written = writtenFields(type, options).find(mayBeIdentity);
  if (written === undefined) return undefined;
  return IDENTITY_PATHS.includes(written)
    ? `changes ${written} with a ${type} processor`
    : `has a ${type} processor that writes fields that the documents name, such as _routing: ${cures[type] ?? 'give the name a fixed beginning'}`;
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
function mayBeIdentity(name: string): boolean {
  if (!name.includes('{{')) return IDENTITY_PATHS.includes(name);
  if (/\{\{\s*[#^/>!=]/.test(name)) return true;
  const parts = name.split(/\{\{.*?\}\}+/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  return IDENTITY_PATHS.some(
    (path) => path.length >= first.length + last.length && path.startsWith(first) && path.endsWith(last),
  );
}
