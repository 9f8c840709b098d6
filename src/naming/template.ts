import { nameGlob } from '../crds/elasticsearch-names.ts';
import { parseDateFormat, readDate, widthOf, writeDate, type DateFormat } from './date-format.ts';
import type { Period } from './period.ts';

/** How the names of a series are made: `logs-v{version}-{date:yyyy.MM.dd}`. Read by `parseTemplate`. */
export interface Template {
  readonly text: string;
  readonly parts: readonly Part[];
  readonly hasVersion: boolean;
  /** Whether there is a `*` in it, so that names can be matched but not made. */
  readonly hasWildcard: boolean;
  /** Absent without `{date:...}`. */
  readonly dateFormat?: DateFormat;
}

type Part =
  | { readonly type: 'Text'; readonly text: string }
  | { readonly type: 'Version' }
  | { readonly type: 'Date'; readonly format: DateFormat }
  | { readonly type: 'Any' };

/** A template, or one sentence that names the cure. */
export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly message: string };

/** What a name says: present as far as its template asks for it. */
export interface NameParts {
  readonly version?: number;
  readonly date?: Period;
}

const TOKEN = /\{(?<token>[^{}]*)\}|(?<any>\*+)|(?<text>[^{}*]+)|(?<brace>[{}])/gsu;
/** No sign, no leading zero, and exact as a number. No digit may follow it in a template, so none is left behind. */
const VERSION = /^(?:0|[1-9][0-9]{0,8})/u;

/** Reads a template: literal text, `*`, and at most one each of `{version}` and `{date:FORMAT}`. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: Part[] = [];
  for (const { groups: { token, any, text: literal, brace } = {} } of text.matchAll(TOKEN)) {
    if (brace !== undefined) return refused(`a brace in ${text} has no partner`);
    const part = token === undefined ? plainPart(any, literal) : tokenPart(token);
    if (typeof part === 'string') return refused(part);
    parts.push(part);
  }
  const fault = faultOf(parts);
  return fault === undefined ? { ok: true, template: templateOf(text, parts) } : refused(fault);
}

const refused = (message: string): ParsedTemplate => ({ ok: false, message });

const plainPart = (any: string | undefined, text = ''): Part =>
  any === undefined ? { type: 'Text', text } : { type: 'Any' };

/** A part, or what is wrong with it. */
function tokenPart(token: string): Part | string {
  if (token === 'version') return { type: 'Version' };
  if (!token.startsWith('date:'))
    return `{${token}} is not known: write {version} or a {date:...} such as {date:yyyy.MM.dd}`;
  const parsed = parseDateFormat(token.slice('date:'.length));
  return parsed.ok ? { type: 'Date', format: parsed.format } : parsed.message;
}

function faultOf(parts: readonly Part[]): string | undefined {
  if (parts.length === 0) return 'a template must not be empty';
  for (const type of ['Version', 'Date'] as const)
    if (parts.filter((part) => part.type === type).length > 1)
      return `{${type.toLowerCase()}} may be there once only`;
  if (parts.some((part, at) => mayTouch(part, parts[at + 1])))
    return 'put a letter or one of . - _ between {version}, {date:...}, * and digits: where one ends could not be told';
  return NAMES.safeParse(globOf({ parts })).error?.issues[0]?.message;
}

const NAMES = nameGlob('What the names of a series look like.');

/** Whether a name could not say where `part` ends and `next` begins, or end in the middle of a number. */
function mayTouch(part: Part, next: Part | undefined): boolean {
  if (next === undefined || (part.type === 'Text' && next.type === 'Text')) return false;
  if (part.type === 'Text') return next.type !== 'Any' && /[0-9]$/u.test(part.text);
  if (next.type === 'Text') return part.type !== 'Any' && /^[0-9]/u.test(next.text);
  return true;
}

function templateOf(text: string, parts: readonly Part[]): Template {
  const date = parts.find((part) => part.type === 'Date');
  const has = (wanted: Part['type']) => parts.some(({ type }) => type === wanted);
  return {
    text,
    parts,
    hasVersion: has('Version'),
    hasWildcard: has('Any'),
    ...(date && { dateFormat: date.format }),
  };
}

interface Reading extends NameParts {
  /** How many characters have been read. */
  readonly at: number;
}

/**
 * What `name` says if the template, from its first to its last character, made it. Undefined if it did not, if the date
 * is not in the calendar, or if it can be read in two ways, as `*-{date:yyyy}-*` can where a name holds two years.
 */
export function matchName({ parts }: Template, name: string): NameParts | undefined {
  let readings: readonly Reading[] = [{ at: 0 }];
  for (const part of parts) readings = distinct(readings.flatMap((reading) => readOn(part, name, reading)));
  const [reading, ...others] = readings.filter(({ at }) => at === name.length);
  if (reading === undefined || others.length > 0) return undefined;
  const { at: _, ...said } = reading;
  return said;
}

/** Every way to read one part more. */
function readOn(part: Part, name: string, reading: Reading): readonly Reading[] {
  const { at } = reading;
  if (part.type === 'Any')
    return Array.from({ length: name.length - at + 1 }, (_, length) => ({ ...reading, at: at + length }));
  if (part.type === 'Text')
    return name.startsWith(part.text, at) ? [{ ...reading, at: at + part.text.length }] : [];
  if (part.type === 'Version') return readVersion(name, reading);
  const end = at + widthOf(part.format);
  const date = readDate(part.format, name.slice(at, end));
  return date === undefined ? [] : [{ ...reading, date, at: end }];
}

function readVersion(name: string, reading: Reading): readonly Reading[] {
  const digits = VERSION.exec(name.slice(reading.at))?.[0];
  if (digits === undefined) return [];
  return [{ ...reading, version: Number(digits), at: reading.at + digits.length }];
}

const distinct = (readings: readonly Reading[]): readonly Reading[] =>
  readings.length < 2
    ? readings
    : [...new Map(readings.map((each) => [`${each.at} ${each.version} ${each.date?.start}`, each])).values()];

/**
 * The name for a version and a moment, in milliseconds since the epoch. Throws a RangeError if the template needs one
 * that is not given, contains `*`, or cannot write the year.
 */
export function formatName(
  template: Template,
  { version, date }: { version?: number; date?: number },
): string {
  return template.parts.map((part) => formatPart(template, part, version, date)).join('');
}

function formatPart({ text }: Template, part: Part, version?: number, date?: number): string {
  if (part.type === 'Text') return part.text;
  if (part.type === 'Version' && version !== undefined) return String(version);
  if (part.type === 'Date' && date !== undefined) return writeDate(part.format, date);
  throw new RangeError(`no name can be made of ${text}: ${part.type} is not known`);
}

/** The template of exactly one name. */
export function literal(name: string): Template {
  return { text: name, parts: [{ type: 'Text', text: name }], hasVersion: false, hasWildcard: false };
}

/** A pattern with `*` that covers every name of the template, to ask Elasticsearch for them. */
export function globOf({ parts }: Pick<Template, 'parts'>): string {
  return parts.map((part) => (part.type === 'Text' ? part.text : '*')).join('');
}
