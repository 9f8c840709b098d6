import { findCondition } from '../../crds/shared.ts';
import type { ExtraCondition, ResourceEvent } from '../../runtime/controller.ts';
import type { Status } from './observed.ts';

/** One event when backups have become too old, and one when they are young again. */
export function healthEvents(status: Status, health: ExtraCondition): readonly ResourceEvent[] {
  const before = findCondition(status, 'Healthy')?.status;
  const note = health.message;
  if (health.status === 'False' && before !== 'False')
    return [{ type: 'Warning', reason: 'BackupStale', action: 'Schedule', note }];
  if (health.status === 'True' && before === 'False')
    return [{ type: 'Normal', reason: 'BackupFresh', action: 'Schedule', note }];
  return [];
}
