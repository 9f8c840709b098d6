import type { z } from 'zod';
import { ruled, without } from './fields.ts';

/**
 * Names as Elasticsearch takes them, as far as a short pattern of RE2 can tell
 * (`MetadataCreateIndexService.validateIndexOrAliasName`); control characters are refused beside them.
 */
const NOT_IN_NAMES = String.raw`^[-_+]|[\\/*?"<>|,#:\p{Cc}\p{Z}\p{Lu}]`;
// As long as the server's budget for rules in `grants` allows.
const NOT_IN_GLOBS = NOT_IN_NAMES.replace('*', '').replace('[-_+]', '-');
const NOT_IN_PLAIN_NAMES = String.raw`[\\/*?"<>|,#\p{Cc}\p{Z}]`;

const bytes = (value: string): number => new TextEncoder().encode(value).length;

const within255Bytes = (schema: z.ZodString): z.ZodString =>
  ruled(
    schema,
    { rule: 'size(bytes(self)) <= 255', message: 'must have at most 255 bytes in UTF-8' },
    (value) => bytes(value) <= 255,
  );

const RULES = 'lower case, not beginning with - _ or +, and without';

const concrete = (what: string): z.ZodString =>
  ruled(
    within255Bytes(without(255, NOT_IN_NAMES, `must be ${what}: ${RULES} \\ / * ? " < > | , # : and spaces`)),
    { rule: "self != '.' && self != '..'", message: 'must not be . or ..' },
    (value) => value !== '.' && value !== '..',
  );

/** The name of one index. */
export const indexName = (description: string): z.ZodString =>
  concrete('the name of one index').describe(description);

/** The name of an alias; Elasticsearch asks the same of it as of an index. */
export const aliasName = (description: string): z.ZodString =>
  concrete('the name of an alias').describe(description);

/** A glob over names of indexes and aliases; `*` is its only special character. */
export const indexGlob = (description: string): z.ZodString =>
  without(
    255,
    NOT_IN_GLOBS,
    'must be a pattern of names with * as its only wildcard: lower case, not beginning with -, and without \\ / ? " < > | , # : and spaces',
  ).describe(description);

/** The name of a snapshot repository, an ingest pipeline or the like, where Elasticsearch is generous. */
export const plainName = (what: string, description: string): z.ZodString =>
  without(
    255,
    NOT_IN_PLAIN_NAMES,
    `must be the name of ${what}, without \\ / * ? " < > | , # and spaces`,
  ).describe(description);
