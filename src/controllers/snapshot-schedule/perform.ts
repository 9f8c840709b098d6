import type { Use } from '../../elasticsearch/connection-use.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import { effectOf } from '../../runtime/effects.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { SnapshotAction } from './actions.ts';
import { type ObserveDependencies, ownerNow } from './observe.ts';
import type { Schedule, Status } from './observed.ts';
import { requireContents } from './perform-contents.ts';
import { create } from './perform-create.ts';
import { abort, deleteExpired } from './perform-deletions.ts';
import { dropRestored } from './perform-drop.ts';
import { markOf } from './names.ts';
import { inCluster } from './other-cluster.ts';
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
    const use = actionUse(action, resource);
    const cluster = await dependencies.connections.use(use, pass.signal);
    const { es, connection } = cluster;
    const owner = inCluster(ownerNow(resource, dependencies), cluster);
    if (action.type === 'CreateSnapshot' && markOf(action.metadata)?.cluster !== owner.cluster)
      throw new FencedError('another cluster is connected by now');
    if (action.type === 'CreateSnapshot' && connection.namespace !== resource.metadata.namespace)
      await requireContents({ es, resource, pass }, use, dependencies.connections);
    const effect = effectOf<SnapshotAction, EffectContext, Status>(effects, action);
    try {
      return await effect(action, { es, resource, owner, pass });
    } catch (error) {
      throw repositoryFault(error, repositoryOf(action, resource)) ?? error;
    }
  };
}

/** Of a run where the spec has left it. */
const repositoryOf = (action: SnapshotAction, { spec }: Schedule): string =>
  'repository' in action ? action.repository : spec.repository;

function actionUse(action: SnapshotAction, resource: Schedule): Use {
  const operation = action.type === 'DeleteSnapshots' ? 'Delete' : 'Snapshot';
  const use = useOf(resource, operation, repositoryOf(action, resource));
  // Temporary indexes are let go also when the grant is gone.
  return { ...use, undo: use.undo === true || action.type === 'DropRestored' };
}
