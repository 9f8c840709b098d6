import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { SnapshotSchedule } from '../../crds/snapshot-schedule.ts';
import { connectionOf } from '../../crds/shared.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';
import { unfinishedCopies } from '../../elasticsearch/unfinished-copies.ts';
import type { Pass } from '../../runtime/controller.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { globOf } from '../../naming/template.ts';
import { isLockedOut } from '../refused.ts';
import { type ClusterUuidOf, isSameCluster } from '../same-cluster.ts';
import type { SnapshotOwners } from '../snapshot-owners.ts';
import { accuse, isAccused } from './accusations.ts';
import { takesAway } from './conflicts.ts';
import { copiesOf, isArchivalOf } from './copies.ts';
import { acts, type Due, dueOf } from './due.ts';
import { readArchivable } from './observe-archive.ts';
import { readBackups } from './observe-backups.ts';
import type { Listing, Listings } from './observe-listings.ts';
import { readNewest } from './observe-newest.ts';
import type { ListedIndex, Observed, Rival, Surroundings } from './observed.ts';
import { readSeals, unclearInPlan } from './observe-seals.ts';
import { type Asking, readRequested } from './observe-requests.ts';
import { createRecall } from './recalled-writes.ts';
import { repositoriesOf } from './snapshot-proof.ts';
import { type CompiledTarget, compileTargets, partsOf } from './targets.ts';

export interface MaintenanceDependencies {
  readonly connections: Connections;
  readonly listings: Listings;
  /** Every policy and every request that the watches have seen, of all namespaces. */
  readonly policies: () => readonly IndexMaintenancePolicy[];
  /** Asks for a pass over the policy namespace/name. */
  readonly wake?: (key: string) => void;
  readonly requests: () => readonly ReindexRequest[];
  readonly clusterUuidOf: ClusterUuidOf;
  /** @throws WaitingError while there may be more policies, requests, schedules or connections than were seen. */
  readonly requireSynced?: () => void;
  /** Tells the snapshots of a schedule from all others. */
  readonly snapshotOwners: SnapshotOwners;
  /** Of all namespaces; when absent, nobody can tell which there are. */
  readonly schedules?: () => readonly SnapshotSchedule[];
  /** Seconds by which the clock of the API server differs from ours; 0 when absent. */
  readonly apiServerSkewSeconds?: () => number;
}

/** All reads of one pass. When nothing is due, nothing but whether the policy may still use its connection. */
export function createObserve(dependencies: MaintenanceDependencies) {
  const recall = createRecall();
  return async (policy: IndexMaintenancePolicy, pass: Pass): Promise<Observed> => {
    const due = dueOrAccused(policy, dependencies, pass.now);
    if (due.type === 'Nothing') return nothing(policy, dependencies, pass.signal);
    accuse(policy, dependencies);
    // One that is being deleted only ends what it has begun, and is given two minutes for that.
    if (policy.metadata.deletionTimestamp === undefined) dependencies.requireSynced?.();
    const rivals = rivalsOf(policy, dependencies);
    if (due.type === 'Batch') return { type: 'batch', rivals };
    if (due.type === 'ArchiveBatch') return { type: 'archiveBatch', rivals };
    const targets = compileTargets(policy.spec);
    const cluster = await open(policy, targets, dependencies.connections, pass.signal);
    const listed = await dependencies.listings.of(cluster, due.since, pass.now);
    const listing = recall(policy, listed, pass.now);
    const hidden = listing.indices.filter(
      (index) => index.hidden && targets.some((target) => partsOf(target, index.name) !== undefined),
    );
    const since = due.type === 'Continue' ? due.since : pass.now;
    const [newest, unfinished, proofs, archive] = await Promise.all([
      readNewest(cluster, targets, listing, pass),
      readUnfinished(policy, cluster, hidden, pass.signal),
      readBackups(policy, cluster, dependencies, pass),
      readArchivable(cluster, targets, listing, since, pass.signal),
    ]);
    const around = surroundings({ policy, cluster, dependencies }, listing, unfinished);
    const { indices, unreadable, listedAt } = listing;
    const read = { indices, unreadable, listedAt, rivals, newest, ...proofs, archive, around };
    const seen = { type: 'seen', ...read } as const;
    const unclear = unclearInPlan(policy, targets, seen, pass.now);
    return { ...seen, sealed: await readSeals(unclear, cluster, pass) };
  };
}

/** @throws WaitingError when a run that came due now could not begin; one that is suspended says just that. */
async function nothing(
  policy: IndexMaintenancePolicy,
  { connections }: MaintenanceDependencies,
  signal: AbortSignal,
): Promise<Observed> {
  const isIdle = policy.spec.suspend || policy.metadata.deletionTimestamp !== undefined;
  if (!isIdle) await open(policy, compileTargets(policy.spec), connections, signal);
  return { type: 'nothing' };
}

function dueOrAccused(
  policy: IndexMaintenancePolicy,
  dependencies: MaintenanceDependencies,
  now: number,
): Due {
  const due = dueOf(policy, now);
  return due.type === 'Nothing' && isAccused(policy, dependencies) ? { type: 'Plan', since: now } : due;
}

/** @throws WaitingError NotGranted and the like: what takes away must be granted for deletion as well. */
async function open(
  policy: IndexMaintenancePolicy,
  targets: readonly CompiledTarget[],
  connections: Connections,
  signal: AbortSignal,
): Promise<Cluster> {
  const emptying = targets.filter(({ spec }) => takesAway(spec));
  const emptied = emptying.flatMap(({ template, archive = template }) => [template, archive]);
  if (emptied.length > 0) await connections.use(useOf(policy, 'Delete', emptied.map(globOf)), signal);
  const names = targets.flatMap(({ template, aliases, archive = template }) => [
    template,
    archive,
    ...aliases.map((alias) => alias.template),
  ]);
  return connections.use(useOf(policy, 'Maintain', names.map(globOf)), signal);
}

export function useOf(
  { metadata, spec }: IndexMaintenancePolicy,
  operation: Use['operations'][number],
  indices: readonly string[],
): Use {
  const repositories = operation === 'Delete' ? repositoriesOf(spec.targets) : [];
  const { connectionRef: ref } = spec;
  return { ref, namespace: metadata.namespace, operations: [operation], indices, repositories };
}

/** Unfinished copies are hidden: where hidden indexes are skipped anyway nobody needs to look. */
export async function readUnfinished(
  { spec }: Pick<IndexMaintenancePolicy, 'spec'>,
  { es }: Cluster,
  indices: readonly ListedIndex[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const hidden = indices.filter((index) => index.hidden && !spec.deletion.skip.includes('Hidden'));
  return unfinishedCopies(
    es,
    hidden.map(({ name }) => name),
    signal,
  );
}

export function surroundings(
  asking: Asking,
  listing: Omit<Listing, 'indices' | 'unreadable' | 'listedAt'>,
  unfinished: readonly string[],
): Surroundings {
  const { policy, cluster, dependencies } = asking;
  const { names, isOfSeries } = readRequested(asking);
  const { tasks, complete } = listing.copies;
  const running = copiesOf(tasks, complete);
  const others = tasks.filter((task) => !isArchivalOf(policy.metadata.uid, task));
  const requested = [...names, ...unfinished];
  return {
    health: listing.health,
    snapshotted: listing.snapshotted,
    restoring: listing.restoring,
    reindexed: new Set([...running.names, ...requested]),
    reindexedByOthers: new Set([...copiesOf(others, complete).names, ...requested]),
    isOfSeries,
    mayBeCopied: (name) => coveredByAny(running.patterns, name),
    written: listing.written,
    skewSeconds: Math.max(listing.skewSeconds, dependencies.apiServerSkewSeconds?.() ?? 0),
    protects: (name) => cluster.protects(name),
  };
}

/** Policies that act on the cluster of this one. One that was not let in, or whose spec cannot be read, acts on nothing. */
function rivalsOf(
  policy: IndexMaintenancePolicy,
  { policies, clusterUuidOf }: MaintenanceDependencies,
): readonly Rival[] {
  const home = connectionOf(policy);
  const isShared = isSameCluster(clusterUuidOf);
  return policies()
    .filter((other) => other.metadata.uid !== policy.metadata.uid && acts(other))
    .filter((other) => other.metadata.deletionTimestamp === undefined && isShared(connectionOf(other), home))
    .filter((other) => !isLockedOut(other.status))
    .flatMap(({ metadata: { namespace, name }, spec }) => {
      const targets = readable(spec);
      return targets === undefined ? [] : [{ namespace, name, targets }];
    });
}

function readable(spec: IndexMaintenancePolicy['spec']): readonly CompiledTarget[] | undefined {
  try {
    return compileTargets(spec);
  } catch (error) {
    if (error instanceof TerminalError) return undefined;
    throw error;
  }
}
