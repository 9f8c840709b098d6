import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import type { CopyRequest } from './copy-request.ts';
import { markOf } from './destination-mark.ts';
import { factsOf } from './index-facts.ts';
import type { LockWatch } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';
import { getIndexBefore } from './observe-index.ts';
import { peersOf } from './observe-peers.ts';
import { readTasks } from './observe-tasks.ts';
import type { IndexFacts, Observed } from './observed.ts';
import { hasBegun, hasServed } from './situation.ts';

interface BaseReads {
  readonly cluster: Cluster;
  readonly requests: readonly ReindexRequest[];
  readonly locks: LockWatch;
}

/** What every stage needs. */
export async function readBase(
  resource: CopyRequest,
  { cluster, requests, locks }: BaseReads,
  signal: AbortSignal,
): Promise<Observed> {
  const { es } = cluster;
  const owners = new Set(requests.map(({ metadata }) => metadata.uid));
  const planned = resource.status?.source?.index;
  const read = hasBegun(resource.status?.phase) ? getIndex : getIndexBefore;
  const [destinations, known] = await Promise.all([
    read(es, resource.spec.destination.index, signal),
    planned === undefined ? undefined : read(es, planned, signal),
  ]);
  const destination = destinations[0] && factsOf(destinations[0]);
  const sources = known ?? (await read(es, sourceName(resource, destination), signal));
  // After the epoch: a task that began before it was over is in the list.
  const [tasks, claims] = await Promise.all([
    readTasks(resource, { es, owners }, signal),
    claimsThatAreDue(resource, { cluster, locks }, signal),
  ]);
  return {
    connection: cluster.connection.name,
    maxConcurrentOperations: cluster.maxConcurrentOperations,
    protects: (name) => cluster.protects(name),
    sources: sources.map(factsOf),
    destination,
    tasks,
    peers: peersOf(resource, requests),
    owners,
    outcomes: {},
    ...claims,
  };
}

/** Of a request that has its turn: every two minutes, when it says so again. */
async function claimsThatAreDue(
  { metadata, status }: CopyRequest,
  { cluster, locks }: Pick<BaseReads, 'cluster' | 'locks'>,
  signal: AbortSignal,
): Promise<Pick<Observed, 'claims'>> {
  const { uid } = metadata;
  if (!status?.locks || !hasBegun(status.phase) || hasServed(status.phase) || !locks.isRenewalDue(uid))
    return {};
  const read = readClaims(status.locks, { es: cluster.es, uid, watch: locks }, signal);
  // A copy does not stand still because the index of the locks does: they order, and do not protect.
  const claims = await undefinedWhen(['blocked', 'unavailable', 'overloaded', 'invalid'], read);
  return claims === undefined ? {} : { claims };
}

/** After planning the concrete index counts, not the alias: the alias moves to the destination at the end. */
function sourceName({ spec, status, metadata }: CopyRequest, destination: IndexFacts | undefined): string {
  const mark = markOf(destination?.mappings);
  return status?.source?.index ?? (mark?.uid === metadata.uid ? mark.sourceIndex : spec.source.index);
}
