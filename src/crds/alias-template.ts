import { z } from 'zod';

const LETTER = String.raw`[^\\/*?"<>|,#:{}\p{Cc}\p{Z}\p{Lu}]`;
const NO_DIGIT = LETTER.replace(']', '0-9]');
const BETWEEN = String.raw`([._-]|'[A-Za-z]')*`;
const DATE = String.raw`\{date:(yyyy(${BETWEEN}MM(${BETWEEN}dd(${BETWEEN}HH)?)?)?|xxxx${BETWEEN}ww)\}`;

/**
 * The name of an alias, or of one alias for each partition. A plain pattern: a rule for each alias of each target would
 * exceed the server's budget.
 */
export const aliasTemplate = (description: string): z.ZodString =>
  z
    .string()
    .max(255)
    .regex(new RegExp(`^(${LETTER}*${NO_DIGIT})?${DATE}(${NO_DIGIT}${LETTER}*)?$|^${LETTER}+$`, 'u'))
    .describe(description);
