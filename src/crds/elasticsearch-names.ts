import type { z } from 'zod';
import { matching, ruled } from './fields.ts';

/**
 * Names as Elasticsearch takes them, as far as a pattern of RE2 can tell. Rules of
 * `MetadataCreateIndexService.validateIndexOrAliasName`; control characters are refused beside them.
 */
const FORBIDDEN = String.raw`\\/*?"<>|,#:\p{Cc}\p{Z}\p{Lu}\p{Lt}`;
const GLOB_FORBIDDEN = FORBIDDEN.replace('*', '');

const bytes = (value: string): number => new TextEncoder().encode(value).length;

const within255Bytes = (schema: z.ZodString): z.ZodString =>
  ruled(
    schema,
    { rule: 'size(bytes(self)) <= 255', message: 'must have at most 255 bytes in UTF-8' },
    (value) => bytes(value) <= 255,
  );

const concrete = (what: string): z.ZodString =>
  ruled(
    within255Bytes(
      matching(
        255,
        `^[^-_+${FORBIDDEN}][^${FORBIDDEN}]*$`,
        `must be ${what}: lower case, none of \\ / * ? " < > | , # : or a space in it, not beginning with - _ or +`,
      ),
    ),
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
  matching(
    255,
    `^[^-_+${GLOB_FORBIDDEN}][^${GLOB_FORBIDDEN}]*$`,
    'must be a pattern of index names with * as its only wildcard: lower case, none of \\ / ? " < > | , # : or a space in it, not beginning with - _ or +',
  ).describe(description);

/** The name of a snapshot repository, an ingest pipeline or the like, where Elasticsearch is generous. */
export const plainName = (what: string, description: string): z.ZodString =>
  matching(
    255,
    String.raw`^[^\\/*?"<>|,#\p{Cc}\p{Z}]+$`,
    `must be the name of ${what}: none of \\ / * ? " < > | , # or a space in it`,
  ).describe(description);
