import { z } from 'zod';

const BETWEEN = String.raw`([._-]|'[A-Za-z]')*`;
const DATE = String.raw`\{date:(yyyy(${BETWEEN}MM(${BETWEEN}dd(${BETWEEN}HH)?)?)?|xxxx${BETWEEN}ww)\}`;

/** A plain pattern: a rule for each name of each target would exceed the server's budget. */
function template(capitals: string, description: string): z.ZodString {
  const letter = String.raw`[^\\/*?"<>|,#:{}\p{Cc}\p{Z}${capitals}]`;
  const noDigit = letter.replace(']', '0-9]');
  return z
    .string()
    .max(255)
    .regex(new RegExp(`^(${letter}*${noDigit})?${DATE}(${noDigit}${letter}*)?$|^${letter}+$`, 'u'))
    .describe(description);
}

/** The name of an alias, or of one alias for each partition. */
export const aliasTemplate = (description: string): z.ZodString => template('', description);

/** The name of an index, or of one index for each partition: as of an alias, but in lower case. */
export const indexTemplate = (description: string): z.ZodString => template(String.raw`\p{Lu}`, description);
