import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { type CopyRequest, currentCopy } from './copy-request.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import { holdsFinalizer } from '../../runtime/finalizer.ts';
import type { ObligationBook } from '../../runtime/obligations.ts';
import { stageOf } from './decide.ts';
import { followTask } from './observe-end.ts';
import type { LockWatch } from './lock-watch.ts';
import { readBase } from './observe-base.ts';
import type { Observed } from './observed.ts';
import { overtakenWindows } from './overtaken-windows.ts';
import { namedPipelines } from './named-pipelines.ts';
import { peersOf } from './observe-peers.ts';
import { isLeaving, readPartitions } from './observe-series.ts';
import { readStage } from './observe-stage.ts';
import { tellFailed } from './failed-outcome.ts';
import { servingDue, writersDue } from './perform-release.ts';
import {
  aliasesToMove,
  hasBegun,
  hasServed,
  retryIsAsked,
  situationOf,
  type Situation,
} from './situation.ts';
import { ownsBlock } from './write-block.ts';

export interface ObserveDependencies {
  readonly connections: Connections;
  /** Every request that the watch has seen, of all namespaces. */
  readonly requests: () => readonly ReindexRequest[];
  /** Asks for a pass over the request namespace/name. */
  readonly wake: (key: string) => void;
  /** @throws WaitingError while there may be more requests than were seen. */
  readonly requireSynced?: () => void;
  /** Where it is kept what must be let go even without a lease. */
  readonly obligations: ObligationBook;
  /** What this process remembers of turns. */
  readonly locks: LockWatch;
  /** Seconds by which the clock of the API server differs from ours; 0 when absent. */
  readonly apiServerSkewSeconds?: () => number;
}

/** All reads of one pass: what every stage needs, then what this one needs. A request that has ended reads nothing. */
export function createObserve({
  connections,
  requests,
  wake,
  requireSynced,
  obligations,
  locks,
  apiServerSkewSeconds = () => 0,
}: ObserveDependencies) {
  return async (request: ReindexRequest, pass: Pass): Promise<Observed> => {
    const nothing = () => ({ ...NOTHING, apiServerSkewSeconds: apiServerSkewSeconds() });
    if (isOver(request.status?.phase) && !retryIsAsked(request)) return nothing();
    const resource = currentCopy(request);
    if (!resource) {
      // What others are still to fill comes into the series.
      if (!isLeaving(request)) requireSynced?.();
      const found = await readPartitions(request, connections, pass.signal);
      return { ...nothing(), ...found, peers: peersOf(request, requests()) };
    }
    const wanted = useOf(resource);
    if (takesTurn(resource) && !wanted.undo) requireSynced?.();
    const use = (names: readonly string[]) => connections.use({ ...wanted, indices: names }, pass.signal);
    const cluster = await use(namesOf(resource));
    if (blocksForLong(resource))
      await requireGrant({ ...wanted, indices: namesOf(resource) }, connections, pass);
    const read = await readBase(resource, { cluster, requests: requests(), locks }, pass.signal);
    const base = { ...read, apiServerSkewSeconds: apiServerSkewSeconds() };
    await useAliases(resource, base, use);
    const situation = situationOf(resource, base, pass.now);
    keepBook(obligations, situation, cluster);
    for (const key of overtakenWindows(situation, requests())) wake(key);
    for (const { id } of base.tasks.running) followTask(cluster.es, id, pass);
    const more = await readStage(stageOf(situation), situation, { es: cluster.es, locks }, pass.signal);
    tellFailed(more.outcomes, pass.log);
    return { ...base, ...more };
  };
}

/** That of an Online copy ends within seconds, and nothing is asked for meanwhile that it does not need. */
function blocksForLong({ spec, status, metadata }: CopyRequest): boolean {
  const isLeft = spec.suspend || spec.cancel || metadata.deletionTimestamp !== undefined;
  return (
    spec.writeMode === 'BlockFirst' && status?.fence !== undefined && !isLeft && !hasServed(status.phase)
  );
}

/** @throws WaitingError NotGranted, and no other: a block is looked after whatever its connection is like. */
async function requireGrant(wanted: Use, connections: Connections, pass: Pass): Promise<void> {
  try {
    await connections.use({ ...wanted, undo: false }, pass.signal);
  } catch (error) {
    if (!(error instanceof WaitingError) || error.reason === 'NotGranted') throw error;
  }
}

/**
 * Turns are taken by what others do. Who has one goes on, and who holds something, though its status was lost, may not wait:
 * writers may wait for it.
 */
function takesTurn({ metadata, status }: CopyRequest): boolean {
  return !hasBegun(status?.phase) && !holdsFinalizer({ metadata });
}

/** Also of a block that another process has set, which this one has taken over. */
function keepBook(obligations: ObligationBook, situation: Situation, { letGo }: Cluster): void {
  const { metadata } = situation.resource;
  const due = writersDue(situation, letGo) ?? servingDue(situation, letGo);
  // In the middle of a change of epochs nothing new is known, and what is owed stays owed.
  if (due) obligations.owe(metadata, due);
  else if (situation.swapped || !ownsBlock(situation)) obligations.settled(metadata);
}

const NOTHING: Observed = {
  connection: '',
  maxConcurrentOperations: 1,
  protects: () => true,
  sources: [],
  destination: undefined,
  tasks: { complete: true, running: [] },
  peers: [],
  owners: new Set(),
  outcomes: {},
};

function useOf({ metadata, spec, status }: CopyRequest) {
  // From the move on what is left is to let go; a rollback and a deletion ask for more when they act. While writers are
  // blocked nothing may hide that their time is over: this process may not be the one that set a timer for it.
  const undo =
    metadata.deletionTimestamp !== undefined ||
    spec.cancel ||
    spec.suspend ||
    status?.failure !== undefined ||
    status?.fence !== undefined ||
    hasServed(status?.phase);
  return {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: ['Reindex'] as const,
    pipelines: namedPipelines(spec),
    undo,
  };
}

function namesOf({ spec, status }: CopyRequest): readonly string[] {
  const aliases = (status?.plan?.aliases ?? []).map(({ name }) => name);
  return [
    ...new Set([
      spec.source.index,
      status?.source?.index ?? spec.source.index,
      spec.destination.index,
      ...aliases,
    ]),
  ];
}

/** Aliases become known by reading the source: they must be granted like the indexes. */
async function useAliases(
  resource: CopyRequest,
  base: Observed,
  use: (names: readonly string[]) => Promise<Cluster>,
): Promise<void> {
  const [source] = base.sources;
  const known = namesOf(resource);
  // The name may come from the mark of an index that somebody else has made: it must be granted like any other.
  if (source && !known.includes(source.name)) await use([...known, source.name]);
  const fresh = source
    ? Object.keys(aliasesToMove(resource.spec, source)).filter((name) => !known.includes(name))
    : [];
  if (fresh.length > 0) await use([...known, ...fresh]);
}
