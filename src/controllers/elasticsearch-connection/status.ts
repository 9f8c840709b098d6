import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
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
 * What matters at once is always as it is now; figures stay as they were until they are due, so that a quiet cluster
 * costs the API server one write in five minutes and not one per probe.
 */
export function seenStatus({ status }: Connection, observed: Seen, now: number): Status {
  const { info, health, missingPrivileges, repositories } = observed;
  return {
    ...status,
    ...told(info),
    ...replaced(status, info),
    health: health.status,
    nodes: health.nodes,
    dataNodes: health.dataNodes,
    ...(missingPrivileges && { missingPrivileges: shown(missingPrivileges) }),
    ...(repositories && {
      repositories: repositories.slice(0, SHOWN_REPOSITORIES).map((seen) => shownRepository(seen, status)),
    }),
    ...(figuresAreDue(status, now) && figures(observed, now)),
  };
}

/** Remembered for the backups of that cluster, which are of no use to this one, and of the greatest to a person. */
function replaced(status: Status | undefined, { clusterUuid }: Seen['info']): Partial<Status> {
  const before = status?.clusterUUID;
  return before === undefined || before === clusterUuid ? {} : { replacedClusterUUID: before };
}

function figures({ health, statistics, operations }: Seen, now: number): Partial<Status> {
  return {
    activeShards: health.activeShards,
    unassignedShards: health.unassigned,
    pendingTasks: health.pendingTasks,
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
function shownRepository({ verification, name, type, readOnly }: SeenRepository, status: Status | undefined) {
  const before = status?.repositories?.find((repository) => repository.name === name);
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
