import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { connectionOf } from '../../crds/shared.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { type Hit, search } from '../../elasticsearch/search.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { keyText } from '../../runtime/resource.ts';
import { isLockedOut } from '../refused.ts';
import { archiveQuery, type ArchiveSpec } from './archival.ts';
import { beyond, knownAt, type Place, searchAfter } from './archive-places.ts';
import { endsBatches } from './due.ts';
import { type MaintenanceDependencies, useOf } from './observe.ts';
import type { EffectContext } from './perform-effect.ts';

const TURN_AGAIN_MS = 5_000;

/** A refusal that the same request would meet again: what it is about is left, and the run goes on with the rest. */
export function refusalOf(error: unknown): 'NotGranted' | 'ArchivalRefused' | undefined {
  if (error instanceof WaitingError && error.reason === 'NotGranted') return error.reason;
  return isElasticsearchError(error, 'invalid', 'forbidden', 'blocked') ? 'ArchivalRefused' : undefined;
}

/**
 * The cluster, when both names may be written to and emptied, and when it is this policy's turn.
 * @throws WaitingError NotGranted and the like, or WaitingForTurn.
 */
export async function openArchive(
  names: readonly string[],
  { policy, pass, dependencies }: EffectContext,
): Promise<Cluster> {
  const cluster = await dependencies.connections.use(
    { ...useOf(policy, 'Delete', names), operations: ['Maintain', 'Delete'] },
    pass.signal,
  );
  const ahead = othersAhead(policy, dependencies);
  if (ahead.length < cluster.maxConcurrentOperations) return cluster;
  const message = `archival waits for a place on the connection; ${ahead[0]} is at work, and maxConcurrentOperations is ${cluster.maxConcurrentOperations}`;
  throw new WaitingError('WaitingForTurn', message, TURN_AGAIN_MS);
}

/**
 * Policies that have documents on their way on the same connection, and had them earlier. One that does nothing about it,
 * as it is suspended or has no grant any more, holds no place.
 */
function othersAhead(
  policy: IndexMaintenancePolicy,
  { policies }: MaintenanceDependencies,
): readonly string[] {
  const [own, connection] = [placeOf(policy), connectionOf(policy)];
  return policies()
    .filter((other) => other.metadata.uid !== policy.metadata.uid && connectionOf(other) === connection)
    .filter((other) => other.status?.archive?.batch !== undefined && placeOf(other) < own)
    .filter((other) => endsBatches(other) && !isLockedOut(other.status))
    .map(({ metadata }) => keyText(metadata));
}

/** Whoever has chosen its documents earlier comes first; whoever has none yet comes last. */
const placeOf = ({ status, metadata }: IndexMaintenancePolicy): string =>
  `${status?.archive?.batch?.time ?? '~'} ${metadata.uid}`;

/** Which documents: those older than `cutoff` that come after a place, and how many at most. */
interface Wanted {
  readonly cutoff: number;
  readonly size: number;
  readonly after: Place | undefined;
}

/** Documents that are old enough, the oldest first and fewer where they are large; what was just deleted is not among them. */
export async function oldDocuments(
  { es }: Cluster,
  index: string,
  spec: ArchiveSpec,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  await refresh(es, index, signal);
  const fewer = async (count: number): Promise<readonly Hit[]> => {
    try {
      return await searchOld(es, index, spec, { ...wanted, size: count }, signal);
    } catch (error) {
      if (count === 1 || !isElasticsearchError(error, 'tooLarge')) throw error;
      return fewer(Math.ceil(count / 2));
    }
  };
  return fewer(wanted.size);
}

async function searchOld(
  es: Elasticsearch,
  index: string,
  spec: ArchiveSpec,
  { cutoff, size, after }: Wanted,
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  const byDate = { order: 'asc', mode: 'max', numeric_type: 'date' };
  const body = {
    size: size + knownAt(after),
    track_total_hits: false,
    seq_no_primary_term: true,
    query: archiveQuery(spec, cutoff),
    // The second one gives every copy of a shard the same order.
    sort: [{ [spec.field]: byDate }, { _seq_no: 'asc' }],
    ...searchAfter(after),
  };
  return beyond(after, (await search(es, index, body, signal)).hits).slice(0, size);
}
