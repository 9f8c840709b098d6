import type { z } from 'zod';
import { unless, where, without } from './fields.ts';

/**
 * Short rules, not one pattern of the schema, of which the server would tell nothing but the pattern. It budgets a rule for
 * each alias of each target by the length of its pattern, and allows some 70 characters.
 */
const NOT_IN_NAMES = String.raw`^[-_+]|[\\/*?"<>|,#\p{Cc}\p{Z}]`;
const SIGNS = '\\ / * ? " < > | , # and spaces';

const ONE_DATE = "^[^{}:]*([{]date:[xy][A-Za-z._'-]*[}][^{}:]*)?$";
/** ASCII letters: `ONE_DATE` lets no others in. */
const BETWEEN = String.raw`([._-]|'\p{L}')*`;
const YEAR = `:yyyy(${BETWEEN}MM(${BETWEEN}dd(${BETWEEN}HH)?)?)?[}]`;
const ISO_YEAR = `:xxxx${BETWEEN}ww[}]`;
const BETWEEN_TEXT = 'with . - _, a letter in quotes or nothing between';

/** Where a text is found, which pattern must be as well. */
const DATED = [
  [
    '',
    ONE_DATE,
    'must have { } and : only in one {date:FORMAT}, whose FORMAT begins with yyyy or xxxx and is of letters and . - _ only, such as yyyy.MM.dd',
  ],
  [':y', YEAR, `needs a FORMAT that is yyyy, yyyy.MM, yyyy.MM.dd or yyyy.MM.dd.HH, ${BETWEEN_TEXT}`],
  [':x', ISO_YEAR, `needs a FORMAT that is xxxx-'W'ww, ${BETWEEN_TEXT}`],
] as const;

const MISPLACED = '^[.]{1,2}$|[0-9][{]|[}][0-9]';
const PLACE =
  'must not be . or .., nor have a digit beside {date:FORMAT}: put a letter or one of . - _ between';

/** Elasticsearch takes no name that begins with `_`, `+` or `-`, and not `.` or `..`. */
function template(what: string, description: string): z.ZodString {
  const name = without(
    255,
    NOT_IN_NAMES,
    `must be ${what}, not beginning with - _ or +, and without ${SIGNS}`,
  );
  const readable = DATED.reduce(
    (schema, [sign, pattern, message]) => where(schema, sign, pattern, message),
    name,
  );
  return unless(readable, MISPLACED, PLACE).describe(
    `${description} It must not begin with _, + or -, nor be . or .., and no digit may stand beside {date:FORMAT}.`,
  );
}

/** The name of an alias, or of one alias for each partition. */
export const aliasTemplate = (description: string): z.ZodString =>
  template('the name of an alias', description);

/** The name of an index, or of one index for each partition: as of an alias, but in lower case. */
export const indexTemplate = (description: string): z.ZodString =>
  unless(
    template('the name of an index', description),
    String.raw`^[^{]*\p{Lu}|[}].*\p{Lu}`,
    'must be in lower case, except for the letters of {date:FORMAT}',
  );
