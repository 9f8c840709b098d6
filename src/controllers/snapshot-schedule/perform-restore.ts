import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { restoredIndices, restoreRenamed } from '../../elasticsearch/restore.ts';
import { isShardLimit, SHARD_LIMIT } from '../../elasticsearch/shard-limit.ts';
import type { Restoring, Status } from './observed.ts';
import type { SnapshotEffects } from './perform-effect.ts';

/** Begins to restore the sample under temporary names. */
export const restoreSample: SnapshotEffects['RestoreSample'] = async (
  { repository, snapshot, indices, suffix },
  { es, pass },
) => {
  const names = indices.map((name) => name + suffix);
  const there = await restoredIndices(es, names, pass.signal);
  // Elasticsearch would restore over one that is closed. The next pass finds out whose it is.
  if (there.some(({ name }) => names.includes(name))) return undefined;
  try {
    await restoreRenamed(es, { repository, snapshot, indices }, suffix, pass.signal);
  } catch (error) {
    const result = refusal(error, snapshot);
    if (result === undefined) throw error;
    return (status) => withRestoring(status, { result });
  }
  return (status) => withRestoring(status, { requested: true });
};

/** What an effect adds to the restore check that is under way. */
export function withRestoring(status: Status, change: Partial<Restoring>): Status {
  return status.restoring === undefined
    ? status
    : { ...status, restoring: { ...status.restoring, ...change } };
}

/** What a restore is refused for; undefined for what another pass must find out. */
function refusal(error: unknown, snapshot: string): Restoring['result'] {
  if (isElasticsearchError(error, 'forbidden'))
    return {
      result: 'Skipped',
      message: 'the user of the connection lacks the privilege cluster:admin/snapshot/restore',
    };
  if (isShardLimit(error)) return { result: 'Skipped', message: `nothing was restored: ${SHARD_LIMIT}` };
  if (isElasticsearchError(error, 'notFound')) return { result: 'Skipped', message: `${snapshot} is gone` };
  if (!isElasticsearchError(error)) return undefined;
  // Our own earlier call, whose answer was lost.
  if (/with same name already exists|currently restored/.test(error.detail ?? '')) return undefined;
  const isRefused = error.errorType === 'snapshot_restore_exception' || error.errorClass === 'invalid';
  return isRefused
    ? {
        result: 'Failed',
        message: `Elasticsearch refuses to restore from ${snapshot} (${error.errorType ?? 'no reason'})`,
      }
    : undefined;
}
