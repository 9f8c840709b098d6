import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError, undefinedWhen } from './errors.ts';
import { createIndex } from './indices.ts';
import { path } from './path.ts';

/** Without a dot: a user needs no right on system indexes. Hidden, so that no wildcard finds it. */
export const LOCK_INDEX = 'es-steward-locks';

/** Who works on an index or alias, with what whoever comes after it must know. */
export interface LockOwner {
  /** Of the resource: unique across all Kubernetes clusters. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** For people: which Kubernetes cluster that is. */
  readonly cluster: string;
  /** A write block on the index is the owner's: there was none before. */
  readonly blocks: boolean;
  /** When the owner last said so, by its own clock: for people. No decision is made by the clock of another machine. */
  readonly heartbeat: string;
}

/** What one document said. Its numbers change with every heartbeat, whatever anybody's clock says. */
export interface Lock {
  /** The locked index or alias; the id of the document. */
  readonly name: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** Undefined in a document that no operator has written. */
  readonly owner: LockOwner | undefined;
}

const owner = z.object({
  uid: z.string().min(1),
  namespace: z.string(),
  name: z.string(),
  cluster: z.string(),
  blocks: z.boolean(),
  heartbeat: z.string(),
});
// Any content: a document of a stranger holds a name like any other, and is no fault.
const found = z.object({
  found: z.literal(true),
  _id: z.string(),
  _seq_no: z.number(),
  _primary_term: z.number(),
  _source: z.unknown(),
});
const absent = z.object({ found: z.literal(false) });
/** Says `absent` only of an index that is not there; any other error makes the answer incomplete. */
const noIndex = z
  .object({ error: z.object({ type: z.literal('index_not_found_exception') }) })
  .transform(() => ({ found: false }) as const);

/** As they are at this moment; in the order of `names`, undefined where nobody holds one. */
export async function readLocks(
  es: Elasticsearch,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly (Lock | undefined)[]> {
  if (names.length === 0) return [];
  const schema = z.object({ docs: z.array(z.union([found, absent, noIndex])).length(names.length) });
  const request = { method: 'POST', path: `/${LOCK_INDEX}/_mget`, body: { ids: names } } as const;
  const answer = await undefinedWhen(['indexNotFound'], ask(es, request, schema, signal));
  return names.map((name, at) => {
    const doc = answer?.docs[at];
    if (!doc?.found) return undefined;
    const said = owner.safeParse(doc._source);
    const { _seq_no: seqNo, _primary_term: primaryTerm } = doc;
    return { name, seqNo, primaryTerm, owner: said.success ? said.data : undefined };
  });
}

/** Takes a name that nobody holds. @returns false when somebody was first. */
export async function createLock(
  es: Elasticsearch,
  name: string,
  by: LockOwner,
  signal?: AbortSignal,
): Promise<boolean> {
  await ensureIndex(es, signal);
  const request = { method: 'PUT', path: path`/${LOCK_INDEX}/_create/${name}`, body: by } as const;
  return wasFirst(ask(es, request, z.object({ result: z.string() }), signal));
}

/** Writes over exactly what was read: a heartbeat, or the end of somebody else's turn. @returns false when it has changed. */
export async function replaceLock(
  es: Elasticsearch,
  { name, ...version }: Lock,
  by: LockOwner,
  signal?: AbortSignal,
): Promise<boolean> {
  const query = conditionOf(version);
  const request = {
    method: 'PUT',
    path: path`/${LOCK_INDEX}/_doc/${name}`,
    query,
    body: by,
  } as const;
  return wasFirst(ask(es, request, z.object({ result: z.string() }), signal));
}

/** Deletes exactly what was read. What has changed or is gone is left alone. */
export async function deleteLock(
  es: Elasticsearch,
  { name, ...version }: Lock,
  signal?: AbortSignal,
): Promise<void> {
  const query = conditionOf(version);
  const request = { method: 'DELETE', path: path`/${LOCK_INDEX}/_doc/${name}`, query } as const;
  const deletion = ask(es, request, z.object({ result: z.string() }), signal);
  await undefinedWhen(['conflict', 'notFound', 'indexNotFound'], deletion);
}

const conditionOf = ({ seqNo, primaryTerm }: Pick<Lock, 'seqNo' | 'primaryTerm'>) => ({
  if_seq_no: seqNo,
  if_primary_term: primaryTerm,
});

async function wasFirst(write: Promise<unknown>): Promise<boolean> {
  return (
    (await undefinedWhen(
      ['conflict', 'notFound', 'indexNotFound'],
      write.then(() => true),
    )) ?? false
  );
}

/** A write would create it as well, but visible and with whatever templates say. */
async function ensureIndex(es: Elasticsearch, signal?: AbortSignal): Promise<void> {
  try {
    await es.request({ method: 'HEAD', path: `/${LOCK_INDEX}` }, signal);
  } catch (error) {
    if (!isElasticsearchError(error, 'indexNotFound', 'notFound')) throw error;
    await undefinedWhen(['alreadyExists'], createIndex(es, LOCK_INDEX, LOCK_INDEX_BODY, {}, signal));
  }
}

const LOCK_INDEX_BODY = {
  settings: { 'index.hidden': true, number_of_shards: 1, auto_expand_replicas: '0-1' },
  // Nothing is searched: documents are read by their ids, and strangers' cannot break the mapping.
  mappings: { dynamic: false, properties: {} },
};
