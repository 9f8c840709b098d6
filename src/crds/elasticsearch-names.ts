import type { z } from 'zod';
import { ruled, without } from './fields.ts';

/**
 * Names as Elasticsearch takes them, as far as a short pattern of RE2 can tell
 * (`MetadataCreateIndexService.validateIndexOrAliasName`); control characters are refused beside them.
 */
const NOT_IN_NAMES = String.raw`^[-_+]|[\\/*?"<>|,#:\p{Cc}\p{Z}]`;
/** Only an alias may have capital letters; a name that can be either is judged as an alias. */
const lowerCase = (notIn: string): string => notIn.replace(/\]$/u, String.raw`\p{Lu}]`);
// As long as the server's budget for rules in `grants` allows.
const NOT_IN_GLOBS = NOT_IN_NAMES.replace('*', '').replace('[-_+]', '[-_]');
const NOT_IN_PLAIN_NAMES = String.raw`[\\/*?"<>|,#\p{Cc}\p{Z}]`;

/** Elasticsearch and the API server count bytes, not characters. */
export const bytes = (value: string): number => new TextEncoder().encode(value).length;

const within255Bytes = (schema: z.ZodString): z.ZodString =>
  ruled(
    schema,
    { rule: 'size(bytes(self)) <= 255', message: 'must have at most 255 bytes in UTF-8' },
    (value) => bytes(value) <= 255,
  );

const SIGNS = '\\ / * ? " < > | , # : and spaces';

const concrete = (what: string, notIn: string, rules: string): z.ZodString =>
  ruled(
    within255Bytes(without(255, notIn, `must be ${what}: ${rules}, and without ${SIGNS}`)),
    { rule: "self != '.' && self != '..'", message: 'must not be . or ..' },
    (value) => value !== '.' && value !== '..',
  );

const BEGINNING = 'not beginning with - _ or +';

/** The name of one index. */
export const indexName = (description: string): z.ZodString =>
  concrete('the name of one index', lowerCase(NOT_IN_NAMES), `lower case, ${BEGINNING}`).describe(
    description,
  );

/** The name of an alias; Elasticsearch asks the same of it as of an index, but lets it have capital letters. */
export const aliasName = (description: string): z.ZodString =>
  concrete('the name of an alias', NOT_IN_NAMES, BEGINNING).describe(description);

/** The name of one index, or of an alias in its place. */
export const indexOrAliasName = (description: string): z.ZodString =>
  concrete('the name of one index or alias', NOT_IN_NAMES, BEGINNING).describe(description);

const WITHOUT = 'not beginning with - or _, and without \\ / ? " < > | , # : and spaces';

/** A glob over names of indexes and aliases; `*` is its only special character. */
export const nameGlob = (description: string): z.ZodString =>
  without(255, NOT_IN_GLOBS, `must be a pattern of names with * as its only wildcard: ${WITHOUT}`).describe(
    description,
  );

/** The same over names of indexes alone. */
export const indexGlob = (description: string): z.ZodString =>
  without(
    255,
    lowerCase(NOT_IN_GLOBS),
    `must be a pattern of names of indexes with * as its only wildcard: lower case, ${WITHOUT}`,
  ).describe(description);

/** The name of a snapshot repository, an ingest pipeline or the like, where Elasticsearch is generous. */
export const plainName = (what: string, description: string): z.ZodString =>
  without(
    255,
    NOT_IN_PLAIN_NAMES,
    `must be the name of ${what}, without \\ / * ? " < > | , # and spaces`,
  ).describe(description);
