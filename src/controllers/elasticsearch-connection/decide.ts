import { milliseconds } from '../../crds/duration.ts';
import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
import { ACCEPT_CLUSTER } from '../../crds/shared.ts';
import type { Decision, ExtraCondition, Readiness } from '../../runtime/controller.ts';
import type { VerifyRepository } from './actions.ts';
import { eventsOf } from './events.ts';
import type { Connection, Observed, Seen } from './observed.ts';
import { clusterIsAccepted, SUPPORTED_VERSIONS, verificationIsDue, versionIsSupported } from './rules.ts';
import { failedStatus, seenStatus } from './status.ts';

/** A probe that failed is repeated no later than this: a Secret that was put right is in use within a minute. */
const FAILED_AGAIN_MS = 30_000;

export function decide(
  resource: Connection,
  observed: Observed,
  now: number,
): Decision<Status, VerifyRepository> {
  const probed = probedReadiness(resource, observed);
  const ready = resource.spec.suspend ? suspended(probed) : probed;
  const healthy = healthyOf(observed);
  const good = probed.type === 'ready' && observed.type === 'seen' ? observed : undefined;
  const interval = milliseconds(resource.spec.probeInterval);
  return {
    status: good ? seenStatus(resource, good, ready, now) : failedStatus(resource, observed),
    ready,
    conditions: [healthy],
    actions: good ? verificationsDue(good, now) : [],
    next: good ? interval : Math.min(interval, FAILED_AGAIN_MS),
    events: eventsOf(resource.status, ready, healthy),
  };
}

/** Probing goes on, so what it finds is told as well. */
function suspended({ reason, message }: Readiness): Readiness {
  const text = `Everything that uses this connection is stopped by spec.suspend. The last probe says ${reason}: ${message}`;
  return { type: 'suspended', reason: 'Suspended', message: text };
}

/** Not usable yet, because ... */
function probedReadiness(resource: Connection, observed: Observed): Readiness {
  if (observed.type === 'failed') return observed.failure;
  const { clusterName, clusterUuid, version } = observed.info;
  if (!versionIsSupported(version))
    return {
      type: 'reconciling',
      reason: 'UnsupportedVersion',
      message: `Elasticsearch ${version} is not supported; supported are ${SUPPORTED_VERSIONS}.`,
    };
  if (!clusterIsAccepted(resource, clusterUuid))
    return {
      type: 'stalled',
      reason: 'ClusterChanged',
      message: `Cluster ${clusterUuid} answers instead of ${resource.status?.clusterUUID}, so everything is stopped; if that is right, set the annotation ${ACCEPT_CLUSTER}: ${clusterUuid}`,
    };
  const { missingPrivileges: missing = [], silent = [] } = observed.type === 'seen' ? observed : {};
  return {
    type: 'ready',
    reason: 'Connected',
    message: `Connected to ${clusterName} ${version}.${without(silent)}${lacks(missing)}`,
  };
}

/** The others serve meanwhile. */
const without = (silent: readonly string[]): string =>
  silent.length === 0 ? '' : ` No answer comes from ${silent.join(', ')}; the other endpoints are used.`;

/** Which of these matter depends on what is used, so they are told and do not stop anything by themselves. */
function lacks([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` and ${others.length} more privileges`;
  return ` The login lacks ${first}${more}; status.missingPrivileges lists them all.`;
}

const HEALTHY = {
  green: { status: 'True', reason: 'Green', message: 'All shards work.' },
  yellow: {
    status: 'True',
    reason: 'Yellow',
    message: 'Replicas are missing; GET _cluster/allocation/explain says why.',
  },
  red: {
    status: 'False',
    reason: 'Red',
    message: 'A primary shard is missing; GET _cluster/allocation/explain says why.',
  },
  unknown: {
    status: 'Unknown',
    reason: 'NotObserved',
    message: 'The last probe did not get that far; see Ready.',
  },
} as const;

function healthyOf(observed: Observed): ExtraCondition {
  return { type: 'Healthy', ...HEALTHY[observed.type === 'seen' ? observed.health.status : 'unknown'] };
}

function verificationsDue({ repositories = [] }: Seen, now: number): readonly VerifyRepository[] {
  return repositories
    .filter((repository) => verificationIsDue(repository, now))
    .map(({ name }) => ({ type: 'verifyRepository', repository: name, canWait: true }));
}
