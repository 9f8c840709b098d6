import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getIndex, getIndexPair, type IndexInfo } from '../../elasticsearch/indices.ts';
import type { CopyRequest } from './copy-request.ts';
import { markOf } from './destination-mark.ts';
import { factsOf } from './index-facts.ts';
import type { LockWatch } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';
import { getIndexBefore } from './observe-index.ts';
import { peersOf } from './observe-peers.ts';
import { readTasks } from './observe-tasks.ts';
import type { Observed } from './observed.ts';
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
  const { destination, sources } = await readBoth(resource, es, signal);
  // After the epoch: a task that began before it was over is in the list.
  const [tasks, claims] = await Promise.all([
    readTasks(resource, { es, owners, entrances: destination?.entrances ?? [] }, signal),
    claimsThatAreDue(resource, { cluster, locks }, signal),
  ]);
  return {
    connection: cluster.connection.name,
    maxConcurrentOperations: cluster.maxConcurrentOperations,
    protects: (name) => cluster.protects(name),
    sources,
    destination,
    tasks,
    peers: peersOf(resource, requests),
    owners,
    outcomes: {},
    ...claims,
  };
}

async function readBoth(
  resource: CopyRequest,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Pick<Observed, 'destination' | 'sources'>> {
  const { spec, status } = resource;
  const both = ([destination]: readonly IndexInfo[], sources: readonly IndexInfo[]) => ({
    destination: destination && factsOf(destination),
    sources: sources.map(factsOf),
  });
  const planned = status?.source?.index;
  if (hasBegun(status?.phase) && planned !== undefined)
    return both(...(await getIndexPair(es, [spec.destination.index, planned], signal)));
  const read = hasBegun(status?.phase) ? getIndex : getIndexBefore;
  const [destinations, known] = await Promise.all([
    read(es, spec.destination.index, signal),
    planned === undefined ? undefined : read(es, planned, signal),
  ]);
  return both(destinations, known ?? (await read(es, sourceName(resource, destinations[0]), signal)));
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
function sourceName({ spec, metadata }: CopyRequest, destination: IndexInfo | undefined): string {
  const mark = markOf(destination?.mappings);
  return mark?.uid === metadata.uid ? mark.sourceIndex : spec.source.index;
}
