import type { Cluster, Connections, Use } from '../../elasticsearch/connections.ts';
import { nodeSkewSeconds } from '../../elasticsearch/node-clocks.ts';
import { listRepositories } from '../../elasticsearch/repositories.ts';
import { indexBirths, mountedSnapshots } from '../../elasticsearch/snapshot-indices.ts';
import {
  findSnapshot,
  listSnapshots,
  type Snapshot,
  snapshotProgress,
} from '../../elasticsearch/snapshots.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { repositoriesAtWork } from './at-work.ts';
import { readRestore, readRestoring } from './observe-restore.ts';
import type { Observed, Run, RunFacts, Schedule, Seen, Unavailable } from './observed.ts';
import { type Owner, ownerOf } from './owner.ts';
import { planOf } from './plan.ts';
import { repositoryFault, repositoryRefusal } from './perform-faults.ts';
import { expressionsOf } from './perform-create.ts';
import { hasRules } from './retention.ts';
import { STOPPED } from './restore-check.ts';
import { retentionIsDue, runsOf, successesOf } from './situation.ts';
import { timeOf } from './time.ts';
import { isRunning } from './verdict.ts';

export interface ObserveDependencies {
  readonly connections: Connections;
  /** Every schedule that the watch has seen, of all namespaces. */
  readonly schedules: () => readonly Schedule[];
  /** By how much the clock of the API server differs from ours. */
  readonly apiServerSkewSeconds?: () => number;
}

/** All reads of one pass: what runs by its name, else the whole repository. What stands in the way is a result too. */
export function createObserve(dependencies: ObserveDependencies) {
  const { connections, schedules } = dependencies;
  return async (resource: Schedule, pass: Pass): Promise<Observed> => {
    const owner = ownerOf(resource, schedules());
    if (resource.metadata.deletionTimestamp !== undefined)
      return { ...NOTHING, owner, restore: await readLeft(resource, pass, connections) };
    if (!planOf(resource, pass.now).ok) return { ...NOTHING, owner };
    try {
      const cluster = await connections.use(useOf(resource, 'Snapshot'), pass.signal);
      return await read(resource, owner, pass, cluster, dependencies);
    } catch (error) {
      const fault = error instanceof WaitingError ? error : repositoryFault(error, resource.spec.repository);
      if (fault === undefined || pass.signal.aborted) throw error;
      return unavailable(fault);
    }
  };
}

/**
 * What a schedule that is being deleted has to let go of. A fault is thrown, so that it is given up in time: a cluster
 * that is gone must not hold the namespace.
 */
async function readLeft(
  resource: Schedule,
  { signal }: Pass,
  connections: Connections,
): Promise<Seen['restore']> {
  const restoring = resource.status?.restoring;
  if (restoring === undefined) return undefined;
  const { es } = await connections.use(useOf(resource, 'Snapshot'), signal);
  return readRestoring({ ...restoring, result: STOPPED }, es, signal);
}

const NOTHING: Omit<Seen, 'owner'> = {
  type: 'seen',
  maxConcurrentOperations: 1,
  atWork: new Set(),
  runs: new Map(),
  snapshots: undefined,
  mounted: undefined,
  mayDelete: undefined,
  skewSeconds: undefined,
  restore: undefined,
};

const unavailable = ({ reason, message, afterMs }: WaitingError): Unavailable => ({
  type: 'unavailable',
  reason,
  message,
  afterMs,
});

export function useOf({ metadata, spec }: Schedule, operation: 'Snapshot' | 'Delete'): Use {
  return {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: [operation],
    indices: spec.indices,
    repositories: [spec.repository],
    undo: metadata.deletionTimestamp !== undefined,
  };
}

async function read(
  resource: Schedule,
  owner: Owner,
  pass: Pass,
  cluster: Cluster,
  dependencies: ObserveDependencies,
): Promise<Observed> {
  const { spec, status = {} } = resource;
  const { es } = cluster;
  const runs = runsOf(status).filter((run) => (timeOf(run.retryTime) ?? 0) <= pass.now);
  const isIdle = runsOf(status).length === 0;
  if (isIdle || runs.some(({ accepted }) => !accepted)) {
    const refusal = repositoryRefusal(spec.repository, await listRepositories(es, pass.signal));
    if (refusal !== undefined) return unavailable(refusal);
  }
  const wantsList = isIdle || spec.concurrencyPolicy === 'Allow';
  const [facts, snapshots] = await Promise.all([
    Promise.all(
      runs.map(async (run) => [run.snapshot, await readRun(resource, run, cluster, pass)] as const),
    ),
    wantsList ? listSnapshots(es, spec.repository, pass.signal) : undefined,
  ]);
  return {
    type: 'seen',
    owner,
    maxConcurrentOperations: cluster.maxConcurrentOperations,
    atWork: repositoriesAtWork(resource, dependencies.schedules(), pass.now),
    runs: new Map(facts),
    snapshots,
    ...(await readRetention(resource, owner, pass, cluster, dependencies, snapshots)),
    restore: await readRestore(resource, pass, es, owner, snapshots),
  };
}

/** By its name alone: a list of everything is dear, and this is asked every few seconds. */
async function readRun({ spec }: Schedule, run: Run, { es }: Cluster, { signal }: Pass): Promise<RunFacts> {
  const snapshot = await findSnapshot(es, run.repository, run.snapshot, signal);
  if (snapshot === undefined) return { snapshot, progress: undefined, indices: [] };
  const [progress, indices] = await Promise.all([
    snapshotProgress(es, run.repository, run.snapshot, signal),
    isRunning(snapshot) ? [] : indexBirths(es, expressionsOf(spec), signal),
  ]);
  return { snapshot, progress, indices };
}

async function readRetention(
  resource: Schedule,
  owner: Owner,
  { now, signal }: Pass,
  { es }: Cluster,
  { connections, apiServerSkewSeconds }: ObserveDependencies,
  snapshots: readonly Snapshot[] | undefined,
): Promise<Pick<Seen, 'mounted' | 'mayDelete' | 'skewSeconds'>> {
  const nothing = { mounted: undefined, mayDelete: undefined, skewSeconds: undefined };
  if (snapshots === undefined || !hasRules(resource.spec.retention)) return nothing;
  const newest = successesOf(owner, resource.status, snapshots).at(-1)?.name;
  const isAsked = resource.status?.retention?.batch !== undefined;
  if (!isAsked && !retentionIsDue(resource, newest, now)) return nothing;
  const [mounted, mayDelete, skew] = await Promise.all([
    mountedSnapshots(es, signal),
    isGranted(connections.use(useOf(resource, 'Delete'), signal)),
    nodeSkewSeconds(es, now, signal),
  ]);
  return { mounted, mayDelete, skewSeconds: Math.max(skew, apiServerSkewSeconds?.() ?? 0) };
}

async function isGranted(use: Promise<unknown>): Promise<boolean> {
  try {
    await use;
    return true;
  } catch (error) {
    if (error instanceof WaitingError && error.reason === 'NotGranted') return false;
    throw error;
  }
}
