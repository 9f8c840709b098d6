import type { Cluster } from '../../elasticsearch/connections.ts';
import { ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { deleteIndices, inGroups } from '../../elasticsearch/index-listing.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { ListedIndex } from './observed.ts';
import type { Refusals } from './perform-deletion-due.ts';
import { readNamed } from './perform-effect.ts';

/**
 * When a request is refused as a whole each index is tried by itself: one may not hold back the others.
 * @returns what was answered about each that was refused.
 */
export async function deleteAll(
  cluster: Cluster,
  doomed: readonly ListedIndex[],
  pass: Pass,
): Promise<Refusals> {
  const refusals = new Map<string, ElasticsearchError>();
  const byName = new Map(doomed.map((index) => [index.name, index]));
  for (const group of inGroups([...byName.keys()])) {
    const refusal = await tryToDelete(cluster, group, pass);
    for (const name of refusal === undefined ? [] : group) {
      const own = group.length > 1 ? await deleteAlone(cluster, byName.get(name), pass) : refusal;
      if (own !== undefined) refusals.set(name, own);
    }
  }
  return refusals;
}

const CHANGED = new ElasticsearchError({
  errorClass: 'conflict',
  outcomeUnknown: false,
  publicMessage: 'the index has changed since it was looked at.',
});

/** Read once more: since the request for all, its name may have gone to an index that somebody has made anew. */
async function deleteAlone(
  cluster: Cluster,
  index: ListedIndex | undefined,
  pass: Pass,
): Promise<ElasticsearchError | undefined> {
  if (index === undefined) return undefined;
  const [found] = await readNamed(cluster, [index.name], pass.signal);
  const isSame = found?.uuid === index.uuid && found.figures?.operations === index.figures?.operations;
  return isSame ? tryToDelete(cluster, [index.name], pass) : CHANGED;
}

/** `indexNotFound`: one of them is gone since it was looked at. */
const REFUSALS = ['conflict', 'invalid', 'forbidden', 'blocked', 'indexNotFound'] as const;

/** Answers after which nothing was deleted. That an index is still there is counted by whoever looks afterwards. */
async function tryToDelete(
  { es }: Cluster,
  names: readonly string[],
  pass: Pass,
): Promise<ElasticsearchError | undefined> {
  pass.assertUnchanged?.();
  try {
    await deleteIndices(es, names, pass.signal);
    return undefined;
  } catch (error) {
    if (!isElasticsearchError(error, ...REFUSALS)) throw error;
    pass.log.warn({ err: error, names }, 'indexes could not be deleted');
    return error;
  }
}
