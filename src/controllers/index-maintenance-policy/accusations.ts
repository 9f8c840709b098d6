import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { findCondition } from '../../crds/shared.ts';
import { keyText } from '../../runtime/resource.ts';
import { acts, lookedAtOf } from './due.ts';

/**
 * Who comes later finds a conflict at once and looks again each minute; who was there before rests until something is due,
 * and is told by the other one: all of it by what the views hold, so that a policy at rest asks Elasticsearch nothing.
 */
export interface Others {
  readonly policies: () => readonly IndexMaintenancePolicy[];
  /** Asks for a pass over the policy namespace/name. */
  readonly wake?: (key: string) => void;
}

/** Wakes the policy that this one was last in conflict with, unless that one knows. */
export function accuse({ status }: IndexMaintenancePolicy, { policies, wake }: Others): void {
  const rival = status?.conflictsWith;
  if (rival === undefined || wake === undefined) return;
  const found = policies().find(({ metadata }) => keyText(metadata) === rival);
  if (found !== undefined && findCondition(found.status, 'Conflict') === undefined) wake(rival);
}

/** Whether another policy has found a conflict with this one since this one has looked. */
export function isAccused(policy: IndexMaintenancePolicy, { policies }: Others): boolean {
  if (!acts(policy) || policy.metadata.deletionTimestamp !== undefined) return false;
  const key = keyText(policy.metadata);
  return policies().some(
    (other) =>
      other.status?.conflictsWith === key &&
      acts(other) &&
      lookedAtOf(other.status.plan) > lookedAtOf(policy.status?.plan),
  );
}
