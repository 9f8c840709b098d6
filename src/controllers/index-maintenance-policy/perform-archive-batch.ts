import { ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { ArchiveBatch } from './actions.ts';
import { hasRoom, hinderedOf, settingAside } from './archive-hindered.ts';
import type { Status } from './observed.ts';
import { refusalOf } from './perform-archive-access.ts';
import { HinderedError, moveDocuments } from './perform-archive-move.ts';
import type { EffectContext } from './perform-effect.ts';

/**
 * Moves the documents, or sets them aside when something about just these keeps them: aliases, expiry and other
 * documents go on meanwhile. A policy that is deleted waits, since nobody would come back to them.
 */
export async function moveBatch(batch: ArchiveBatch, context: EffectContext): Promise<StatusChange<Status>> {
  const { policy, pass } = context;
  try {
    return await moveDocuments(batch, context);
  } catch (error) {
    const before = hinderedOf(policy).find(({ id }) => id === batch.id);
    const reason = hindranceOf(error, before?.reason);
    const isLeaving = policy.metadata.deletionTimestamp !== undefined;
    if (reason === undefined || isLeaving || (before === undefined && !hasRoom(policy))) throw error;
    const { index, destination } = batch;
    pass.log.warn({ err: error, index, destination, reason }, 'an archival batch is set aside');
    return (status) => settingAside(status, batch, reason, pass.now);
  }
}

/**
 * What keeps just these documents; undefined for a fault that the next try may not meet.
 * @param before what has kept them before: then any other fault keeps them too.
 */
function hindranceOf(error: unknown, before: string | undefined): string | undefined {
  if (error instanceof HinderedError) return error.obstacle;
  // What the next look would say as well: the block came between the look of this try and its deletes.
  if (isElasticsearchError(error, 'blocked')) return 'WriteBlocked';
  const isOther = error instanceof WaitingError || error instanceof ElasticsearchError;
  return refusalOf(error) ?? (isOther ? before : undefined);
}
