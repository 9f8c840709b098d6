/** One of the five fields of a cron schedule: its bounds, and names that stand for numbers from `min` on. */
export interface Field {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export const MINUTE: Field = { label: 'minute', min: 0, max: 59, names: [] };
export const HOUR: Field = { label: 'hour', min: 0, max: 23, names: [] };
export const DAY_OF_MONTH: Field = { label: 'day of month', min: 1, max: 31, names: [] };
export const MONTH: Field = { label: 'month', min: 1, max: 12, names: MONTHS };
/** 7 is Sunday once more, so that a range may end with it. */
export const DAY_OF_WEEK: Field = { label: 'day of week', min: 0, max: 7, names: WEEKDAYS };

/** Ascending, without duplicates; or one sentence that names the field and the cure. */
export type FieldValues =
  | { readonly ok: true; readonly values: readonly number[] }
  | { readonly ok: false; readonly message: string };

const TERM = /^(?:(?<star>\*)|(?<first>[a-z0-9]+)(?:-(?<last>[a-z0-9]+))?)(?:\/(?<step>[0-9]{1,2}))?$/u;

/** What other dialects of cron have, and how to say it here. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\?/u, 'write * in place of ?'],
  [/#/u, 'the nth weekday of a month cannot be said: give days of the month, such as 1-7'],
  [/w/u, 'the weekday nearest to a day cannot be said: give days of the month or of the week'],
  [/l/u, 'the last day cannot be said: give a day that every month has, such as 1 or 28'],
  [/h/u, 'a value picked by hash cannot be said: give a number'],
];

/** The values of one field, in lower case: numbers, names, `*`, ranges and steps, joined by commas. */
export function parseField(field: Field, written: string): FieldValues {
  const values = new Set<number>();
  for (const term of written.split(',')) {
    const found = termValues(field, term);
    if (typeof found === 'string') return { ok: false, message: `${field.label}: ${found}` };
    for (const value of found) values.add(value);
  }
  return { ok: true, values: [...values].sort((a, b) => a - b) };
}

/** The values of one term, or what is wrong with it. */
function termValues(field: Field, term: string): readonly number[] | string {
  const { star, first = '', last, step } = TERM.exec(term)?.groups ?? {};
  if (star === undefined && first === '') return foreign(term) ?? `${quoted(term)} cannot be read`;
  if (step !== undefined && !isStep(field, step)) return `the step ${step} must be from 1 to ${field.max}`;
  if (star !== undefined) return stepped(field.min, field.max, step);
  const from = valueOf(field, first);
  const to = last === undefined ? from : endOf(field, last);
  if (from === undefined || to === undefined)
    return notAValue(field, from === undefined ? first : (last ?? ''));
  if (last === undefined && step !== undefined)
    return `${quoted(term)} has a step but no range: write ${first}-${field.max}/${step}`;
  if (to < from) return `${quoted(term)} runs backwards: split it in two ranges with a comma`;
  return stepped(from, to, step);
}

const quoted = (term: string): string => (term === '' ? 'an empty value' : JSON.stringify(term));

const isStep = (field: Field, step: string): boolean => Number(step) >= 1 && Number(step) <= field.max;

function foreign(term: string): string | undefined {
  return FOREIGN.find(([sign]) => sign.test(term))?.[1];
}

function notAValue(field: Field, written: string): string {
  const isNumber = /^[0-9]+$/u.test(written);
  const names = field.names.length > 0 && !isNumber ? `, or one of ${field.names.join(' ')}` : '';
  const cure = isNumber ? undefined : foreign(written);
  return cure ?? `${written} is not a number from ${field.min} to ${field.max}${names}`;
}

function valueOf(field: Field, written: string): number | undefined {
  const name = field.names.indexOf(written);
  if (name >= 0) return field.min + name;
  const value = /^[0-9]{1,2}$/u.test(written) ? Number(written) : Number.NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}

/** Sunday at the end of a range comes after Saturday. */
function endOf(field: Field, written: string): number | undefined {
  return field === DAY_OF_WEEK && written === 'sun' ? 7 : valueOf(field, written);
}

function stepped(from: number, to: number, step = '1'): readonly number[] {
  const by = Number(step);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, at) => from + at * by);
}
