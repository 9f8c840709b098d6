import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { deleteIndex, getIndex } from '../../elasticsearch/indices.ts';
import { type RestoredIndex, wasCreatedAs } from '../../elasticsearch/restore.ts';
import { timeText } from '../../runtime/time.ts';
import { isRestoredBy } from './names.ts';
import type { EffectContext, SnapshotEffects } from './perform-effect.ts';
import { withRestoring } from './perform-restore.ts';

/** Slots go on meanwhile: a temporary index that cannot be deleted must not hold up a snapshot. */
const AGAIN_MS = 60_000;

/**
 * Deletes the temporary indexes of a restore check, and what an earlier one of the same schedule has left: by name and uuid as
 * they were seen, and only what was restored.
 * @throws what keeps it from that while the schedule is being deleted, so that it is given up in time.
 */
export const dropRestored: SnapshotEffects['DropRestored'] = async ({ indices }, context) => {
  const { resource, pass } = context;
  const ours = new Set(resource.status?.restoring?.indices.map(({ restored }) => restored));
  try {
    for (const target of indices)
      if (ours.has(target.name) || isRestoredBy(resource.metadata.uid, target.name))
        await dropOne(target, context);
  } catch (error) {
    const isGoing = resource.metadata.deletionTimestamp !== undefined;
    if (isGoing || pass.signal.aborted || !isElasticsearchError(error)) throw error;
    pass.log.warn({ err: error, indices }, 'the indexes of a restore check could not be deleted');
    const held = { message: error.publicMessage, retryTime: timeText(pass.now + AGAIN_MS) };
    return (status) => withRestoring(status, { held });
  }
  return undefined;
};

async function dropOne(
  { name, uuid }: Pick<RestoredIndex, 'name' | 'uuid'>,
  { es, pass }: EffectContext,
): Promise<void> {
  const [found] = await getIndex(es, name, pass.signal);
  if (found?.uuid !== uuid || found.name !== name || wasCreatedAs(name, found.settings)) return;
  pass.log.info({ index: name, uuid }, 'deleting an index of a restore check');
  await undefinedWhen(['indexNotFound'], deleteIndex(es, name, pass.signal));
}
