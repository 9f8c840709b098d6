import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from './errors.ts';

/** What a role says of some indexes. */
export interface IndexGrant {
  /** Globs with `*` and `?`, or a regular expression between slashes. */
  readonly names: readonly string[];
  readonly privileges: readonly string[];
  /** Only the documents that a query finds are seen (document level security). */
  readonly hidesDocuments: boolean;
  /** Only some fields are seen (field level security). */
  readonly hidesFields: boolean;
}

/** Each of the sets must give a privilege: a key has no more than its maker. Within one, a grant adds to the others. */
export type GrantSets = readonly (readonly IndexGrant[])[];

const fieldRule = z.looseObject({
  grant: z.array(z.string()).nullish(),
  except: z.array(z.string()).nullish(),
});
/** As a login is told of its own roles: lists; as a role descriptor: single values. */
const grant = z
  .looseObject({
    names: z.array(z.string()),
    privileges: z.array(z.string()),
    query: z.unknown().optional(),
    field_security: z.union([z.array(fieldRule), fieldRule]).nullish(),
  })
  .transform(({ names, privileges, query, field_security: rules }) => ({
    names,
    privileges,
    hidesDocuments: Array.isArray(query) ? query.length > 0 : query !== undefined && query !== null,
    hidesFields: hidesFields(rules === undefined || rules === null ? [] : [rules].flat()),
  }));
const descriptor = z.looseObject({ indices: z.array(grant).default([]) });
const descriptors = z
  .record(z.string(), descriptor)
  .transform((roles) => Object.values(roles).flatMap(({ indices }) => indices));

function hidesFields(rules: readonly z.infer<typeof fieldRule>[]): boolean {
  const isWhole = ({ grant: given, except }: z.infer<typeof fieldRule>) =>
    (given?.includes('*') ?? false) && (except ?? []).length === 0;
  return rules.length > 0 && !rules.some(isWhole);
}

/** What the roles of the user of the connection give; empty when nobody can say, and when security is off. */
export async function grantsOfUser(es: Elasticsearch, signal?: AbortSignal): Promise<GrantSets> {
  const request = { method: 'GET', path: '/_security/user/_privileges' } as const;
  try {
    return [(await ask(es, request, descriptor, signal)).indices];
  } catch (error) {
    // A key with roles of its own is not told so.
    if (!isElasticsearchError(error, ...UNANSWERED)) throw error;
    return (await undefinedWhen(UNANSWERED, grantsOfKey(es, signal))) ?? [];
  }
}

/** Not there, not understood or not allowed: it will not be answered the next time either. */
const UNANSWERED = ['invalid', 'notFound', 'indexNotFound', 'forbidden', 'incomplete'] as const;

/** A key may always read what it is itself; what its maker may, only with `read_security`. */
async function grantsOfKey(es: Elasticsearch, signal: AbortSignal | undefined): Promise<GrantSets> {
  const login = { method: 'GET', path: '/_security/_authenticate' } as const;
  const { api_key: key } = await ask(es, login, self, signal);
  if (key === undefined) return [];
  const read = (query: Readonly<Record<string, string>>) => {
    const request = { method: 'GET', path: '/_security/api_key', query: { id: key.id, ...query } } as const;
    return ask(es, request, keys, signal);
  };
  const found = (await undefinedWhen(['forbidden'], read({ with_limited_by: 'true' }))) ?? (await read({}));
  return found.api_keys.flatMap(({ role_descriptors: own, limited_by: maker }) => [own, ...maker]);
}

const self = z.looseObject({ api_key: z.looseObject({ id: z.string() }).optional() });
const keys = z.object({
  api_keys: z.array(
    z.looseObject({ role_descriptors: descriptors, limited_by: z.array(descriptors).default([]) }),
  ),
});

/** What of an index the login does not see although it may read it; undefined when it sees all. */
export function hiddenContents(sets: GrantSets, index: string): 'documents' | 'fields' | undefined {
  const reading = sets.map((grants) => grants.filter((one) => mayRead(one) && fits(one, index)));
  const isHidden = (by: (one: IndexGrant) => boolean) =>
    reading.some((grants) => grants.length > 0 && grants.every(by));
  if (isHidden(({ hidesDocuments }) => hidesDocuments)) return 'documents';
  return isHidden((one) => one.hidesFields) ? 'fields' : undefined;
}

const READS = /^(?:all|read|indices:(?:\*|data\/(?:\*|read\b.*)))$/;

function mayRead({ privileges }: IndexGrant): boolean {
  return privileges.some((privilege) => READS.test(privilege));
}

function fits({ names }: IndexGrant, index: string): boolean {
  return names.some((name) => expression(name).test(index));
}

/** Roles are written by the administrators of the cluster. Where JavaScript does not understand them, they may fit. */
function expression(name: string): RegExp {
  if (!/^\/.+\/$/.test(name)) return glob(name);
  try {
    return new RegExp(`^(?:${name.slice(1, -1)})$`);
  } catch {
    return /^/;
  }
}

function glob(name: string): RegExp {
  const text = name.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
