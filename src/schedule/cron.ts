import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, parseField } from './cron-field.ts';

/** A cron schedule as numbers. Fields are ascending; weeks begin with Sunday as 0. */
export interface CronSchedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly daysOfWeek: readonly number[];
  /** Which fields choose the day; `Either`: both are given, and a day that matches one of them will do. */
  readonly days: 'Any' | 'OfMonth' | 'OfWeek' | 'Either';
  /**
   * Neither a wildcard nor a step in minute and hour: times that are meant as times. They happen once a day whatever
   * the clock does; all others happen as often as the clock shows them.
   */
  readonly fixedTimes: boolean;
}

/** A schedule, or one sentence that names the field and the cure. */
export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: CronSchedule }
  | { readonly ok: false; readonly message: string };

/** The names that stand for five fields. */
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
]);

const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];

/** Reads five fields or a nickname such as `@daily`. A schedule that never comes, as on 30 February, is read as well. */
export function parseSchedule(written: string): ParsedSchedule {
  const words = wordsOf(written);
  const fields = wordsOf(NICKNAMES.get(words.join(' ')) ?? written);
  if (fields[0]?.startsWith('@')) return refused(nicknameCure(fields[0]));
  if (fields.length !== FIELDS.length) return refused(fieldsCure(fields));
  const values: (readonly number[])[] = [];
  for (const [at, field] of FIELDS.entries()) {
    const parsed = parseField(field, fields[at] ?? '');
    if (!parsed.ok) return parsed;
    values.push(parsed.values);
  }
  return { ok: true, schedule: scheduleFrom(fields, values) };
}

/**
 * What a schema has let through, read.
 * @throws RangeError for everything else.
 */
export function scheduleOf(written: string): CronSchedule {
  const parsed = parseSchedule(written);
  if (!parsed.ok) throw new RangeError(`${written} is no schedule: ${parsed.message}`);
  return parsed.schedule;
}

const wordsOf = (written: string): readonly string[] =>
  written
    .toLowerCase()
    .split(/[ \t\n]+/u)
    .filter((word) => word !== '');

function scheduleFrom(fields: readonly string[], values: readonly (readonly number[])[]): CronSchedule {
  const [minutes = [], hours = [], daysOfMonth = [], months = [], daysOfWeek = []] = values;
  const [minute = '', hour = '', dayOfMonth = '', , dayOfWeek = ''] = fields;
  return {
    minutes,
    hours,
    months,
    daysOfMonth,
    daysOfWeek: [...new Set(daysOfWeek.map((day) => day % 7))].sort((a, b) => a - b),
    days: choiceOfDays(isEvery(dayOfMonth), isEvery(dayOfWeek)),
    fixedTimes: !/[*/]/u.test(minute + hour),
  };
}

/** As cron has always had it: a field that is `*` leaves the choice of the day to the other one. */
const isEvery = (field: string): boolean => field.split(',').some((term) => /^\*(\/0?1)?$/u.test(term));

function choiceOfDays(everyDayOfMonth: boolean, everyDayOfWeek: boolean): CronSchedule['days'] {
  if (everyDayOfMonth) return everyDayOfWeek ? 'Any' : 'OfWeek';
  return everyDayOfWeek ? 'OfMonth' : 'Either';
}

const refused = (message: string): ParsedSchedule => ({ ok: false, message });

function nicknameCure(written: string): string {
  if (written === '@every')
    return '@every is not known: write a step, such as */15 * * * * for every 15 minutes';
  return `${written} is not known: write one of ${[...NICKNAMES.keys()].join(' ')}, or 5 fields`;
}

function fieldsCure(fields: readonly string[]): string {
  if (fields.some((field) => /^(cron_)?tz=/u.test(field))) return 'give the time zone in timeZone, not here';
  const needed = `write 5 fields (minute, hour, day of month, month, day of week), not ${fields.length}`;
  return fields.length > FIELDS.length ? `${needed}: seconds and years cannot be given` : needed;
}
