import {
  indexMaintenancePolicy,
  type IndexMaintenancePolicySpec,
  type IndexMaintenancePolicyStatus,
} from '../../crds/index-maintenance-policy.ts';
import type { Controller } from '../../runtime/controller.ts';
import { permissionsOf } from '../../runtime/permissions.ts';
import { grantEvents } from '../grant-events.ts';
import type { MaintenanceAction } from './actions.ts';
import { decide } from './decide.ts';
import { createObserve, type MaintenanceDependencies } from './observe.ts';
import { createListings } from './observe-listings.ts';
import type { Observed } from './observed.ts';
import { createPerform } from './perform.ts';

export type MaintenanceOptions = Omit<MaintenanceDependencies, 'listings'>;

export const indexMaintenancePolicyPermissions = permissionsOf(indexMaintenancePolicy, { holds: true });

/** Aliases and deletion of time-series indexes, by a plan that is shown first. */
export function indexMaintenancePolicyController(
  options: MaintenanceOptions,
): Controller<IndexMaintenancePolicySpec, IndexMaintenancePolicyStatus, Observed, MaintenanceAction> {
  const dependencies = { ...options, listings: createListings() };
  return {
    definition: indexMaintenancePolicy,
    handlesRunNow: true,
    observe: createObserve(dependencies),
    decide,
    perform: createPerform(dependencies),
    readyEvents: grantEvents,
  };
}
