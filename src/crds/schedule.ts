import type { z } from 'zod';
import { DAY_OF_MONTH, DAY_OF_WEEK, type Field, HOUR, MINUTE, MONTH } from '../schedule/cron-field.ts';
import { parseSchedule } from '../schedule/cron.ts';
import { isTimeZone } from '../schedule/time-zone.ts';
import { ruled, text } from './fields.ts';

/** What `parseSchedule` reads, as a pattern of RE2 over lower case letters: fields, the numbers and the steps of each. */
const FIELDS: readonly (readonly [Field, string, string])[] = [
  [MINUTE, '[0-5]?[0-9]', '0?[1-9]|[1-5][0-9]'],
  [HOUR, '[01]?[0-9]|2[0-3]', '0?[1-9]|1[0-9]|2[0-3]'],
  [DAY_OF_MONTH, '0?[1-9]|[12][0-9]|3[01]', '0?[1-9]|[12][0-9]|3[01]'],
  [MONTH, '0?[1-9]|1[0-2]', '0?[1-9]|1[0-2]'],
  [DAY_OF_WEEK, '0?[0-7]', '0?[1-7]'],
];

const SPACE = String.raw`[ \t\n]`;
const NICKNAMES = '@(hourly|daily|weekly|monthly|yearly)';
const SYNTAX = `^${SPACE}*(${FIELDS.map(fieldPattern).join(`${SPACE}+`)}|${NICKNAMES})${SPACE}*$`;

function fieldPattern([{ names }, numbers, steps]: readonly [Field, string, string]): string {
  const value = `(${[numbers, ...names].join('|')})`;
  const term = String.raw`(\*(/(${steps}))?|${value}(-${value}(/(${steps}))?)?)`;
  return `${term}(,${term})*`;
}

/** Names as numbers; Sunday at the end of a range comes after Saturday. */
const NUMBERED = [
  ['-sun', '-7'],
  ...[MONTH, DAY_OF_WEEK].flatMap(({ names, min }) => names.map((name, at) => [name, String(min + at)])),
]
  .map(([name, number]) => `.replace('${name}', '${number}')`)
  .join('');

const FORWARD =
  "numbered.findAll('[0-9]+-[0-9]+').all(range, int(range.split('-')[0]) <= int(range.split('-')[1]))";

/** When something is due, as cron writes it. That it ever is, as on 30 February it is not, remains to be seen by `nextSlot`. */
export const cronSchedule = (description: string): z.ZodString =>
  ruled(
    text(200, 1),
    {
      rule: `self.lowerAscii().matches(r'${SYNTAX}') && [self.lowerAscii()${NUMBERED}].all(numbered, ${FORWARD})`,
      message:
        'must be 5 fields (minute, hour, day of month, month, day of week) such as 0 */6 * * * or 30 2 * * mon-fri, or one of @hourly @daily @weekly @monthly @yearly; no seconds, no L W # ? @every @reboot, no step without a range (write 5-59/10, not 5/10), no range that runs backwards',
    },
    (value) => parseSchedule(value).ok,
  ).describe(description);

/**
 * The name of an IANA time zone. The server asks its own copy of the database, which wants letters as they are written
 * there; reading the hour of an unknown zone is a fault, and a fault refuses.
 */
export const timeZone = (description: string): z.ZodString =>
  ruled(
    text(64, 1),
    {
      rule: "self.matches('^[A-Z]') && !(self in ['Local', 'Factory']) && timestamp('2000-01-01T00:00:00Z').getHours(self) >= 0",
      message: 'must be the name of an IANA time zone, such as Etc/UTC or Europe/Berlin',
    },
    (value) => isTimeZone(value),
  ).describe(description);
