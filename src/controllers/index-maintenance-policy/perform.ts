import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import type { MaintenanceAction } from './actions.ts';
import { createDeletionTurns } from './deletion-turns.ts';
import type { MaintenanceDependencies } from './observe.ts';
import type { Status } from './observed.ts';
import { changeAliases } from './perform-aliases.ts';
import { chooseDocuments } from './perform-archive-choose.ts';
import { moveBatch } from './perform-archive-batch.ts';
import { deleteBatch } from './perform-deletion.ts';

type Change = StatusChange<Status>;

export function createPerform(dependencies: MaintenanceDependencies) {
  const turns = createDeletionTurns();
  return (action: MaintenanceAction, policy: IndexMaintenancePolicy, pass: Pass): Promise<Change> => {
    const context = { policy, pass, dependencies };
    if (action.type === 'UpdateAliases') return changeAliases(action.changes, context, turns);
    if (action.type === 'ChooseDocuments') return chooseDocuments(action, context);
    if (action.type === 'MoveDocuments') return moveBatch(action.batch, context);
    return deleteBatch(action, context, turns);
  };
}
