import {
  reindexRequest,
  type ReindexRequestSpec,
  type ReindexRequestStatus,
} from '../../crds/reindex-request.ts';
import type { Controller } from '../../runtime/controller.ts';
import { permissionsOf } from '../../runtime/permissions.ts';
import { grantEvents } from '../grant-events.ts';
import type { ReindexAction } from './actions.ts';
import { decide } from './decide.ts';
import { createObserve, type ObserveDependencies } from './observe.ts';
import type { Observed } from './observed.ts';
import { createPerform } from './perform.ts';
import type { PerformDependencies } from './perform-effect.ts';
import { decideWithoutGrant, observeWithoutGrant } from './without-grant.ts';

export const reindexRequestPermissions = permissionsOf(reindexRequest, { holds: true, removes: true });

/** One copy of an index into a new one, with the move of its aliases. */
export function reindexRequestController(
  dependencies: ObserveDependencies & PerformDependencies,
): Controller<ReindexRequestSpec, ReindexRequestStatus, Observed, ReindexAction> {
  return {
    definition: reindexRequest,
    observe: observeWithoutGrant(createObserve(dependencies)),
    decide: decideWithoutGrant(decide),
    perform: createPerform(dependencies),
    readyEvents: grantEvents,
    // A request that is gone while it holds something: its cleanup was given up.
    forget: (key) => dependencies.obligations.due(key),
  };
}
