import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import { type Conditioned, type Connected, connectionOf, findCondition } from '../crds/shared.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import { keyText } from '../runtime/resource.ts';
import type { Operations } from './elasticsearch-connection/observed.ts';
import { holdsPlace } from './reindex-request/turn.ts';

/** As many as the status of a connection can name. */
const MOST_SHOWN = 100;

/** What the watches have seen of the kinds that work through connections. */
export interface Jobs {
  readonly requests: readonly ReindexRequest[];
  readonly schedules: readonly SnapshotSchedule[];
  readonly policies: readonly IndexMaintenancePolicy[];
}

/** What one connection is used for at present, for its status. */
export function operationsOf({ requests, schedules, policies }: Jobs, connection: ResourceKey): Operations {
  const own = <T extends Job>(jobs: readonly T[]) =>
    jobs.filter((job) => connectionOf(job) === keyText(connection));
  return {
    active: [
      ...own(requests).filter(holdsPlace).map(named('ReindexRequest')),
      ...own(schedules).filter(isSnapshotting).map(named('SnapshotSchedule')),
      ...own(policies).filter(isMaintaining).map(named('IndexMaintenancePolicy')),
    ].slice(0, MOST_SHOWN),
    queued: [...own(requests), ...own(schedules), ...own(policies)].filter(waitsForItsTurn).length,
  };
}

const isSnapshotting = ({ status }: SnapshotSchedule): boolean =>
  status?.active?.accepted === true || status?.restoring !== undefined;

const isMaintaining = ({ status }: IndexMaintenancePolicy): boolean =>
  status?.plan?.batch !== undefined || status?.archive?.batch !== undefined;

/** Of any kind, as far as it is read here. */
interface Job extends Connected {
  readonly metadata: ResourceKey;
  readonly status?: Conditioned;
}

const named =
  (kind: Operations['active'][number]['kind']) =>
  ({ metadata: { namespace, name } }: Job) => ({ kind, namespace, name });

function waitsForItsTurn({ status }: Job): boolean {
  const ready = findCondition(status, 'Ready');
  return ready?.status === 'False' && ready.reason === 'WaitingForTurn';
}
