import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { ResourceEvent } from '../../runtime/controller.ts';
import type { Status } from './observed.ts';
import { specHashOf } from './plan.ts';

/**
 * An older version has become current, such as after somebody has deleted the later one: whoever reads through an alias will
 * find other documents. Under another spec a target may be about other indexes.
 */
export function loweredVersions(
  { spec, status = {} }: Pick<IndexMaintenancePolicy, 'spec' | 'status'>,
  { targets = [] }: Status,
): readonly ResourceEvent[] {
  if (status.plan?.specHash !== specHashOf(spec)) return [];
  const before = new Map(status.targets?.map(({ name, currentVersion }) => [name, currentVersion]));
  // Without them nobody sees which version is current.
  const telling = new Set(
    spec.targets
      .filter(({ aliases = [] }) => aliases.some(({ latestVersionOnly }) => latestVersionOnly))
      .map(({ name }) => name),
  );
  return targets.flatMap(({ name, currentVersion = Infinity }) => {
    const last = before.get(name);
    if (last === undefined || currentVersion >= last || !telling.has(name)) return [];
    const note = `the current version of target ${name} is ${currentVersion} now and was ${last} before: its aliases lead to the older version, or will after the next run`;
    return [{ type: 'Normal', reason: 'CurrentVersionLowered', action: 'Plan', note }];
  });
}
