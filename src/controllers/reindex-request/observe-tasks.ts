import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { listReindexTasks, type ReindexTask } from '../../elasticsearch/tasks.ts';
import type { CopyRequest } from './copy-request.ts';
import { ownerOf } from './names.ts';
import type { OwnTasks } from './observed.ts';
import { hasBegun } from './situation.ts';

interface Reading {
  readonly es: Elasticsearch;
  /** The uids of all requests. */
  readonly owners: ReadonlySet<string>;
  /** What tasks may write through to the destination. */
  readonly entrances: readonly string[];
}

/** Those of this request, and those that a request which is gone has left writing to its destination. */
export async function readTasks(
  resource: CopyRequest,
  { es, ...known }: Reading,
  signal: AbortSignal,
): Promise<OwnTasks> {
  const { tasks, complete } = await listReindexTasks(es, signal);
  const running = tasks.flatMap((task) => {
    const { id, opaqueId, counts, runningMs } = task;
    const isMeant = opaqueId?.startsWith(`${resource.metadata.uid}/`) || isLeftIn(resource, known, task);
    return opaqueId !== undefined && isMeant ? [{ id, opaqueId, counts, runningMs }] : [];
  });
  return { complete, running };
}

/** Nobody else may have one there: the lock of the destination is ours by then. */
function isLeftIn(
  { spec, status }: CopyRequest,
  { owners, entrances }: Omit<Reading, 'es'>,
  { opaqueId, description }: ReindexTask,
): boolean {
  const uid = ownerOf(opaqueId);
  if (uid === undefined || owners.has(uid) || !hasBegun(status?.phase)) return false;
  return [spec.destination.index, ...entrances].some((name) => description.endsWith(` to [${name}]`));
}
