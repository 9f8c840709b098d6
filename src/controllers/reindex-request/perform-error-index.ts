import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { getIndex, type IndexInfo, putSettings } from '../../elasticsearch/indices.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { ReindexAction } from './actions.ts';
import type { CopyRequest } from './copy-request.ts';
import { blocked } from './destination.ts';
import { ERROR_INDEX_BODY, errorIndex, holdsErrors } from './error-index.ts';
import { listedFailures } from './failures.ts';
import { isBlocked } from './index-facts.ts';
import type { DocumentFailure } from './observed.ts';
import { createBare, creationRefusal, removeAliases } from './perform-create.ts';
import { type Change, type EffectContext, failing } from './perform-effect.ts';

type Failure = NonNullable<ReindexRequestStatus['failure']>;

/** Makes the index for what cannot be written, or finds it. What it gives back is why there is none. */
export async function ensureErrorIndex(index: string, context: EffectContext): Promise<Failure | undefined> {
  const { es, pass } = context;
  try {
    const [found] = await getIndex(es, index, pass.signal);
    if (found && !(found.name === index && holdsErrors(found.mappings))) return foreign(index);
    await (found ? finish(found, context) : make(index, context));
    return undefined;
  } catch (error) {
    if (isElasticsearchError(error, 'forbidden')) return forbidden(index);
    const refusal = creationRefusal(index, error);
    if (refusal === undefined) throw error;
    pass.log.warn({ index, detail: refusal.detail }, 'the error index was refused');
    const message = `documents could not be written, nor the index that is to keep them: ${refusal.message}`;
    return { reason: 'DocumentFailures', message };
  }
}

async function make(index: string, { es, pass }: EffectContext): Promise<void> {
  const creation = createBare(es, index, blocked(ERROR_INDEX_BODY), pass.signal);
  const made = await undefinedWhen(['alreadyExists'], creation);
  if (made) await open(index, { es, pass });
}

/** Made by a process that did not come to the end of it. An alias that it was given since is somebody's wish. */
async function finish(found: IndexInfo, context: EffectContext): Promise<void> {
  if (!(await isEmptyAndBlocked(found, context))) return;
  const { es, pass } = context;
  await removeAliases(es, found.name, Object.keys(found.aliases), pass.signal);
  await open(found.name, { es, pass });
}

async function isEmptyAndBlocked(index: IndexInfo, { es, pass }: EffectContext): Promise<boolean> {
  if (!isBlocked(index, 'write')) return false;
  return (await countDocuments(es, index.name, undefined, pass.signal)) === 0;
}

function open(index: string, { es, pass }: Pick<EffectContext, 'es' | 'pass'>): Promise<void> {
  return putSettings(es, index, { 'index.blocks.write': null }, pass.signal);
}

/** Roles and grants that name each index may leave it out, which does no harm until there is something to keep. */
function forbidden(index: string): Failure {
  return {
    reason: 'DocumentFailures',
    message: `documents could not be written, and the user of the connection may not use ${index}, which is to keep them: extend its role by that name, then retry; status.failures lists the first of them`,
  };
}

/** The same of a grant. Undefined for every other effect, and where it is granted. */
export async function ungrantedErrorIndex(
  action: ReindexAction,
  { spec, metadata }: CopyRequest,
  connections: Connections,
  signal: AbortSignal,
): Promise<Change | undefined> {
  if (action.type !== 'IsolateFailures') return undefined;
  const index = errorIndex(spec.destination.index);
  const use = { ref: spec.connectionRef, namespace: metadata.namespace, operations: ['Reindex'] } as const;
  try {
    await connections.use({ ...use, indices: [index] }, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof WaitingError && error.reason === 'NotGranted')) throw error;
    const message = `documents could not be written, nor kept in ${index}: ${error.message} Then retry; status.failures lists the first of them`;
    return unkept(action.failures, { reason: 'DocumentFailures', message });
  }
}

/** There is no index with all of them: the first are named, and the request ends. */
export function unkept(failures: readonly DocumentFailure[], failure: Failure): Change {
  return (status) => ({
    ...failing(failure.reason, failure.message)(status),
    failures: listedFailures(failures),
  });
}

function foreign(index: string): Failure {
  return {
    reason: 'ForeignDestination',
    message: `documents could not be written, and ${index}, which is to keep them, exists and was not made for that: delete it if nobody needs it, then retry`,
  };
}
