import type { Pass, StatusChange } from '../../runtime/controller.ts';
import { effectOf } from '../../runtime/effects.ts';
import type { SnapshotAction } from './actions.ts';
import { type ObserveDependencies, ownerNow } from './observe.ts';
import type { Schedule, Status } from './observed.ts';
import { create } from './perform-create.ts';
import { abort, deleteExpired } from './perform-deletions.ts';
import { dropRestored } from './perform-drop.ts';
import type { EffectContext, SnapshotEffects } from './perform-effect.ts';
import { repositoryFault } from './perform-faults.ts';
import { restoreSample } from './perform-restore.ts';
import { useOf } from './use.ts';

const effects: SnapshotEffects = {
  CreateSnapshot: create,
  AbortSnapshot: abort,
  DeleteSnapshots: deleteExpired,
  RestoreSample: restoreSample,
  DropRestored: dropRestored,
};

export function createPerform(dependencies: ObserveDependencies) {
  return async (
    action: SnapshotAction,
    resource: Schedule,
    pass: Pass,
  ): Promise<StatusChange<Status> | void> => {
    const deletes = action.type === 'DeleteSnapshots';
    const repository = 'repository' in action ? action.repository : resource.spec.repository;
    const use = useOf(resource, deletes ? 'Delete' : 'Snapshot', repository);
    // Temporary indexes are let go also when the grant is gone.
    const undo = use.undo === true || action.type === 'DropRestored';
    const { es } = await dependencies.connections.use({ ...use, undo }, pass.signal);
    const effect = effectOf<SnapshotAction, EffectContext, Status>(effects, action);
    try {
      return await effect(action, { es, resource, owner: ownerNow(resource, dependencies), pass });
    } catch (error) {
      throw repositoryFault(error, repository) ?? error;
    }
  };
}
