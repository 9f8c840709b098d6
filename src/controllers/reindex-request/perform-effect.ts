import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { CopyRequest } from './copy-request.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import { primaryShards } from '../../elasticsearch/shard-stats.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { ObligationBook } from '../../runtime/obligations.ts';
import type { ReindexAction, Target } from './actions.ts';
import type { LockWatch } from './lock-watch.ts';
import { factsOf } from './index-facts.ts';
import type { IndexFacts } from './observed.ts';
import type { Copy } from './rounds.ts';
import { withFailure } from './step.ts';

/** What an effect has to remember. */
export type Change = StatusChange<ReindexRequestStatus>;
export type ActionOf<Type extends ReindexAction['type']> = Extract<ReindexAction, { type: Type }>;

export interface PerformDependencies {
  readonly connections: Connections;
  readonly obligations: ObligationBook;
  readonly locks: LockWatch;
  /** Copies of few documents in many ranges; absent: as many per range as is worth a task. */
  readonly fewestDocumentsPerRange?: number;
}

export interface EffectContext extends Omit<PerformDependencies, 'connections'> {
  readonly es: Elasticsearch;
  /** For obligations: see Cluster. */
  readonly letGo: Elasticsearch;
  readonly resource: CopyRequest;
  readonly pass: Pass;
}

/** Of the journal, where there still is one. */
export function withCopy(change: (copy: Copy) => Copy): Change {
  return (status) => (status.copy ? { ...status, copy: change(status.copy) } : status);
}

/** As `fail` of the stages: the next pass lets go of everything that is held. */
export function failing(reason: string, message: string): Change {
  return (status) => withFailure(status, reason, message);
}

/** The index, if it is still the very one that was judged. */
export async function requireSame(es: Elasticsearch, target: Target, signal: AbortSignal) {
  const [found] = await getIndex(es, target.index, signal);
  if (found?.uuid !== target.uuid)
    throw new FencedError(`${target.index} is not the index any more that was judged`);
  return factsOf(found);
}

/**
 * By which name a copy that is being filled is changed: a late call of the time before finds nothing when it serves. An index
 * goes by its own that has no entrance, or shares it: a restored half copy has its aliases too, and is somebody else's.
 */
export async function throughEntrance(
  es: Elasticsearch,
  { name, uuid, entrances: [entrance] }: IndexFacts,
  signal: AbortSignal,
): Promise<string> {
  if (entrance === undefined) return name;
  const members = await getIndex(es, entrance, signal);
  return members.length === 1 && members[0]?.uuid === uuid ? entrance : name;
}

/** Every shard of the index, if none has taken a write since `maxSeqNos`, which are in the order of the shards. */
export async function requireAt(
  es: Elasticsearch,
  { index }: Target,
  maxSeqNos: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const shards = await primaryShards(es, index, maxSeqNos.length, signal);
  if (maxSeqNos.length === 0 || shards.some(({ shard, maxSeqNo }) => maxSeqNos[shard] !== maxSeqNo))
    throw new FencedError(`${index} has taken writes: what was judged does not hold`);
}
