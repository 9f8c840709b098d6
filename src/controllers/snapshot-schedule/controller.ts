import {
  snapshotSchedule,
  type SnapshotScheduleSpec,
  type SnapshotScheduleStatus,
} from '../../crds/snapshot-schedule.ts';
import type { Controller } from '../../runtime/controller.ts';
import { permissionsOf } from '../../runtime/permissions.ts';
import { grantEvents } from '../grant-events.ts';
import type { SnapshotAction } from './actions.ts';
import { decide } from './decide.ts';
import { createObserve, type ObserveDependencies } from './observe.ts';
import type { Observed } from './observed.ts';
import { createPerform } from './perform.ts';
import { readyEvents } from './ready-events.ts';

export const snapshotSchedulePermissions = permissionsOf(snapshotSchedule, { holds: true });

/** Snapshots on a cron, and their retention. */
export function snapshotScheduleController(
  dependencies: ObserveDependencies,
): Controller<SnapshotScheduleSpec, SnapshotScheduleStatus, Observed, SnapshotAction> {
  return {
    definition: snapshotSchedule,
    handlesRunNow: true,
    observe: createObserve(dependencies),
    decide,
    perform: createPerform(dependencies),
    readyEvents: (before, now) => [...readyEvents(before, now), ...grantEvents(before, now)],
  };
}
