import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
import { findCondition } from '../../crds/shared.ts';
import type { Readiness } from '../../runtime/controller.ts';
import { mergePatchBetween } from '../../runtime/status.ts';
import { timeText } from '../../runtime/time.ts';
import type { Connection, Observed, Seen, SeenRepository } from './observed.ts';
import { figuresAreDue } from './rules.ts';

const SHOWN_REPOSITORIES = 20;
const LONGEST_NAME = 255;
const SHOWN_PRIVILEGES = 100;

/**
 * A failed probe leaves what was last seen; only what it learned of privileges is new, and what the pinned cluster says of
 * itself: its version may be why it is not ready.
 */
export function failedStatus(resource: Connection, observed: Observed): Status {
  const { status } = resource;
  const missing = observed.type === 'failed' ? observed.missingPrivileges : undefined;
  return {
    ...status,
    ...(observed.type === 'identified' && status?.clusterUUID === observed.info.clusterUuid
      ? told(observed.info)
      : {}),
    ...(missing === undefined ? {} : { missingPrivileges: shown(missing) }),
  };
}

function told({ clusterName, clusterUuid, version, flavor }: Seen['info']): Partial<Status> {
  return { clusterName, clusterUUID: clusterUuid, version, flavor };
}

/**
 * What matters at once is always as it is now; figures stay as they were until they are due, or status is written anyway,
 * so that a quiet cluster costs the API server one write in five minutes and not one per probe.
 */
export function seenStatus(resource: Connection, observed: Seen, ready: Readiness, now: number): Status {
  const { status = {} } = resource;
  const next = { ...status, ...seenAtOnce(status, observed) };
  // A cluster that has turned red shall not be told beside the shards of before.
  const isWritten = mergePatchBetween(status, next) !== undefined || turns(status, ready);
  return {
    ...next,
    ...(isWritten && ofHealth(observed)),
    ...(figuresAreDue(resource, now) && figures(observed, now)),
  };
}

function turns(status: Status, { reason, message }: Readiness): boolean {
  const before = findCondition(status, 'Ready');
  return before?.reason !== reason || before.message !== message;
}

function seenAtOnce(status: Status, observed: Seen): Status {
  const { info, health, missingPrivileges, repositories } = observed;
  return {
    ...told(info),
    ...replaced(status, info),
    health: health.status,
    nodes: health.nodes,
    dataNodes: health.dataNodes,
    ...(missingPrivileges && { missingPrivileges: shown(missingPrivileges) }),
    ...(repositories && {
      repositories: repositories.slice(0, SHOWN_REPOSITORIES).map((seen) => shownRepository(seen, status)),
    }),
  };
}

/** Remembered for the backups of that cluster, which are of no use to this one, and of the greatest to a person. */
function replaced(status: Status, { clusterUuid }: Seen['info']): Partial<Status> {
  const before = status.clusterUUID;
  return before === undefined || before === clusterUuid ? {} : { replacedClusterUUID: before };
}

/** Of the same answer as the health. */
function ofHealth({ health }: Seen): Partial<Status> {
  return {
    activeShards: health.activeShards,
    unassignedShards: health.unassigned,
    pendingTasks: health.pendingTasks,
  };
}

function figures(observed: Seen, now: number): Partial<Status> {
  const { statistics, operations } = observed;
  return {
    ...ofHealth(observed),
    activeOperations: operations.active,
    queued: operations.queued,
    lastProbeTime: timeText(now),
    ...(statistics && { statistics: overall(statistics), largestIndices: [...statistics.largest] }),
  };
}

function overall(statistics: NonNullable<Seen['statistics']>): NonNullable<Status['statistics']> {
  const { indices, primaryDocuments, primaryBytes, totalBytes, diskUsedPercent } = statistics;
  return { indices, primaryDocuments, primaryBytes, totalBytes, diskUsedPercent };
}

/** Until this process has verified it, the earlier verdict stands. */
function shownRepository({ verification, name, type, readOnly }: SeenRepository, status: Status) {
  const before = status.repositories?.find((repository) => repository.name === name);
  const verified = verification?.verified ?? before?.verified;
  return {
    name: name.slice(0, LONGEST_NAME),
    type,
    readOnly,
    ...(verified === undefined || readOnly ? {} : { verified }),
  };
}

function shown(privileges: readonly string[]): readonly string[] {
  return privileges.slice(0, SHOWN_PRIVILEGES).map((privilege) => privilege.slice(0, LONGEST_NAME));
}
