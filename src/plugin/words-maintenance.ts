import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { counted, grouped, relative } from './words.ts';

/** How a policy is that nothing is wrong with. */
export function maintenanceWords({ spec, status = {} }: IndexMaintenancePolicy, now: number): string {
  const { matched = 0, plan, nextRunTime } = status;
  const doomed = plan?.deletes.count ?? 0;
  const changes = (plan?.aliasChanges.add ?? 0) + (plan?.aliasChanges.remove ?? 0);
  return [
    counted(matched, 'index', 'indexes'),
    `${doomed === 0 ? 'none' : grouped(doomed)} to delete`,
    ...(changes === 0 ? [] : [`${counted(changes, 'alias change')} due`]),
    ...(spec.mode === 'DryRun' ? ['DryRun: only a plan'] : []),
    ...(nextRunTime === undefined ? [] : [`next ${relative(nextRunTime, now)}`]),
  ].join(', ');
}
