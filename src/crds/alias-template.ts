import { z } from 'zod';

const BETWEEN = String.raw`([._-]|'[A-Za-z]')*`;
const DATE = String.raw`\{date:(yyyy(${BETWEEN}MM(${BETWEEN}dd(${BETWEEN}HH)?)?)?|xxxx${BETWEEN}ww)\}`;

/**
 * A plain pattern: a rule for each name of each target would exceed the server's budget. Elasticsearch takes no name that
 * begins with `_`, `+` or `-`, and not `.` or `..`.
 */
function template(capitals: string, description: string): z.ZodString {
  const letter = String.raw`[^\\/*?"<>|,#:{}\p{Cc}\p{Z}${capitals}]`;
  const but = (more: string) => letter.replace(']', `${more}]`);
  const [first, noDigit] = [but('_+\\-'), but('0-9')];
  const dated = `(${first}${letter}*${noDigit}|${but('_+\\-0-9')})?`;
  const plain = `(${but('_+\\-.')}${letter}*|[.]${but('.')}${letter}*|[.][.]${letter}+)`;
  return z
    .string()
    .max(255)
    .regex(new RegExp(`^${dated}${DATE}(${noDigit}${letter}*)?$|^${plain}$`, 'u'))
    .describe(
      `${description} It must not begin with _, + or -, nor be . or .., and no digit may stand beside {date:FORMAT}.`,
    );
}

/** The name of an alias, or of one alias for each partition. */
export const aliasTemplate = (description: string): z.ZodString => template('', description);

/** The name of an index, or of one index for each partition: as of an alias, but in lower case. */
export const indexTemplate = (description: string): z.ZodString => template(String.raw`\p{Lu}`, description);
