import { periodOf, type Period, type Unit } from './period.ts';

/** How dates are written in names. Every number has a fixed width, so that a date is read in one way only. */
export interface DateFormat {
  /** As the user wrote it; two formats mean the same if their texts are equal. */
  readonly text: string;
  /** The finest unit: what one partition spans. */
  readonly unit: Unit;
  readonly parts: readonly Part[];
}

type Part =
  | { readonly type: 'Number'; readonly letters: Letters }
  | { readonly type: 'Text'; readonly text: string };

/** The letters of Elasticsearch's date formats that are known here: `xxxx` and `ww` are ISO year and week. */
type Letters = 'yyyy' | 'MM' | 'dd' | 'HH' | 'xxxx' | 'ww';

export type ParsedDateFormat =
  | { readonly ok: true; readonly format: DateFormat }
  | { readonly ok: false; readonly message: string };

/** What belongs together, by finest unit. */
const UNITS: readonly (readonly [Unit, readonly Letters[]])[] = [
  ['Year', ['yyyy']],
  ['Month', ['yyyy', 'MM']],
  ['Day', ['yyyy', 'MM', 'dd']],
  ['Hour', ['yyyy', 'MM', 'dd', 'HH']],
  ['Week', ['xxxx', 'ww']],
];

const TOKEN =
  /(?<letters>yyyy|MM|dd|HH|xxxx|ww)|'(?<quoted>[A-Za-z])'|(?<sign>[._-])|(?<unknown>[A-Za-z]+|.)/gsu;

/** Reads a format such as `yyyy.MM.dd`, `yyyyMMddHH` or `xxxx-'W'ww`. */
export function parseDateFormat(text: string): ParsedDateFormat {
  const parts: Part[] = [];
  for (const { groups: { letters, quoted, sign, unknown = '' } = {} } of text.matchAll(TOKEN)) {
    if (letters !== undefined) parts.push({ type: 'Number', letters: letters as Letters });
    else if (quoted !== undefined || sign !== undefined) parts.push(textPart(quoted ?? sign ?? ''));
    else return refused(`${unknown} in the date format ${text} is not known: ${KNOWN}`);
  }
  const found = numbersOf(parts);
  const unit = UNITS.find(([, wanted]) => sameMembers(wanted, found))?.[0];
  if (unit === undefined) return refused(`the date format ${text} does not say one period: ${COMPLETE}`);
  return { ok: true, format: { text, unit, parts } };
}

const KNOWN = "write yyyy, MM, dd, HH, or xxxx and ww for weeks, with . - _ or a letter such as 'W' between";
const COMPLETE =
  'write yyyy alone, or with MM, MM and dd, or MM, dd and HH; or xxxx with ww; each of them once';

const refused = (message: string): ParsedDateFormat => ({ ok: false, message });

/** Names of indexes are lower case, so a quoted `W` stands for `w`. */
const textPart = (text: string): Part => ({ type: 'Text', text: text.toLowerCase() });

const numbersOf = (parts: readonly Part[]): readonly Letters[] =>
  parts.flatMap((part) => (part.type === 'Number' ? [part.letters] : []));

const sameMembers = (wanted: readonly Letters[], found: readonly Letters[]): boolean =>
  wanted.length === found.length && wanted.every((letters) => found.includes(letters));

/** How many characters every date of that format has. */
export function widthOf({ parts }: DateFormat): number {
  return parts.reduce((sum, part) => sum + (part.type === 'Number' ? part.letters : part.text).length, 0);
}

/** The period that `written` names; undefined for what is no date of the calendar, such as 30 February or week 53 of most years. */
export function readDate(format: DateFormat, written: string): Period | undefined {
  if (written.length !== widthOf(format)) return undefined;
  const numbers = new Map<Letters, string>();
  let at = 0;
  for (const part of format.parts) {
    const { length } = part.type === 'Number' ? part.letters : part.text;
    if (part.type === 'Number') numbers.set(part.letters, written.slice(at, at + length));
    at += length;
  }
  const start = startOf(numbers);
  // Whatever was no date, or not written like one, comes back as something else.
  return textOf(format, start) === written ? periodOf(format.unit, start) : undefined;
}

function startOf(numbers: ReadonlyMap<Letters, string>): number {
  const week = numbers.get('ww');
  if (week !== undefined) return weekStart(numbers.get('xxxx') ?? '', Number(week));
  const part = (letters: Letters, otherwise: string) => numbers.get(letters) ?? otherwise;
  return Date.parse(
    `${part('yyyy', '')}-${part('MM', '01')}-${part('dd', '01')}T${part('HH', '00')}:00:00.000Z`,
  );
}

const DAY = 86_400_000;

/** The fourth of January is always in the first week. */
const weekStart = (year: string, week: number): number =>
  periodOf('Week', Date.parse(`${year}-01-04T00:00:00.000Z`) + (week - 1) * 7 * DAY).start;

/** A moment as that format writes it, in UTC. Throws a RangeError for a year that has not four digits. */
export function writeDate(format: DateFormat, at: number): string {
  const text = textOf(format, at);
  if (text === undefined) throw new RangeError(`${at} ms is no time that ${format.text} can write`);
  return text;
}

/** Whether the format can write this moment, in milliseconds since the epoch: its year has four digits and no sign. */
export const canWrite = (format: DateFormat, at: number): boolean => textOf(format, at) !== undefined;

function textOf(format: DateFormat, at: number): string | undefined {
  const texts = format.parts.map((part) =>
    part.type === 'Text' ? part.text : digits(NUMBERS[part.letters](at), part.letters.length),
  );
  return texts.includes(undefined) ? undefined : texts.join('');
}

const digits = (value: number, width: number): string | undefined =>
  value >= 0 && value < 10 ** width ? String(value).padStart(width, '0') : undefined;

const NUMBERS: Readonly<Record<Letters, (at: number) => number>> = {
  yyyy: (at) => new Date(at).getUTCFullYear(),
  MM: (at) => new Date(at).getUTCMonth() + 1,
  dd: (at) => new Date(at).getUTCDate(),
  HH: (at) => new Date(at).getUTCHours(),
  xxxx: (at) => new Date(thursdayOf(at)).getUTCFullYear(),
  ww: (at) => Math.floor((thursdayOf(at) - periodOf('Year', thursdayOf(at)).start) / (7 * DAY)) + 1,
};

/** The year of an ISO week is that of its Thursday. */
const thursdayOf = (at: number): number => periodOf('Week', at).start + 3 * DAY;
