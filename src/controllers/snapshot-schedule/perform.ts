import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { restoreRenamed } from '../../elasticsearch/restore.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import type { SnapshotAction } from './actions.ts';
import { type ObserveDependencies, ownerNow } from './observe.ts';
import type { Restoring, Schedule, Status } from './observed.ts';
import { create } from './perform-create.ts';
import { abort, deleteExpired } from './perform-deletions.ts';
import { dropRestored } from './perform-drop.ts';
import type { EffectContext } from './perform-effect.ts';
import { repositoryFault } from './perform-faults.ts';
import { useOf } from './use.ts';

type Change = StatusChange<Status>;
type Effect<Type extends SnapshotAction['type']> = (
  action: Extract<SnapshotAction, { type: Type }>,
  context: EffectContext,
) => Promise<Change | void>;

const effects: { readonly [Type in SnapshotAction['type']]: Effect<Type> } = {
  CreateSnapshot: create,
  AbortSnapshot: abort,
  DeleteSnapshots: deleteExpired,
  DropRestored: dropRestored,
  RestoreSample: async ({ repository, snapshot, indices, suffix }, { es, pass }) => {
    try {
      await restoreRenamed(es, { repository, snapshot, indices }, suffix, pass.signal);
    } catch (error) {
      const result = restoreRefusal(error, snapshot);
      if (result === undefined) throw error;
      return (status) => withRestoring(status, { result });
    }
    return (status) => withRestoring(status, { requested: true });
  },
};

export function createPerform(dependencies: ObserveDependencies) {
  return async (action: SnapshotAction, resource: Schedule, pass: Pass): Promise<Change | void> => {
    const deletes = action.type === 'DeleteSnapshots';
    const repository = 'repository' in action ? action.repository : resource.spec.repository;
    const use = useOf(resource, deletes ? 'Delete' : 'Snapshot', repository);
    // Temporary indexes are let go also when the grant is gone.
    const undo = use.undo === true || action.type === 'DropRestored';
    const { es } = await dependencies.connections.use({ ...use, undo }, pass.signal);
    // A cast: the table has one effect per type, which the compiler cannot follow through the union.
    const effect = effects[action.type] as (
      action: SnapshotAction,
      context: EffectContext,
    ) => Promise<Change | void>;
    try {
      return await effect(action, { es, resource, owner: ownerNow(resource, dependencies), pass });
    } catch (error) {
      throw repositoryFault(error, repository) ?? error;
    }
  };
}

function withRestoring(status: Status, change: Partial<Restoring>): Status {
  return status.restoring === undefined
    ? status
    : { ...status, restoring: { ...status.restoring, ...change } };
}

/** What a restore is refused for; undefined for what another pass must find out. */
function restoreRefusal(error: unknown, snapshot: string): Restoring['result'] {
  if (isElasticsearchError(error, 'forbidden'))
    return {
      result: 'Skipped',
      message: 'the user of the connection lacks the privilege cluster:admin/snapshot/restore',
    };
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
