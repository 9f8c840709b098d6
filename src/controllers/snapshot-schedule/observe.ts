import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import { getRepository } from '../../elasticsearch/repositories.ts';
import { mountedSnapshots } from '../../elasticsearch/snapshot-indices.ts';
import { type ListedSnapshot, surveySnapshots } from '../../elasticsearch/snapshots.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { placesOfOthers } from './at-work.ts';
import { clockSkewSeconds } from './observe-clocks.ts';
import { readOrWait } from './observe-faults.ts';
import { readLeft, withLeft } from './observe-left.ts';
import { readRestore } from './observe-restore.ts';
import { readRuns } from './observe-runs.ts';
import type { Observed, Schedule, Seen, Unavailable } from './observed.ts';
import { inCluster } from './other-cluster.ts';
import { type Owner, ownerOf } from './owner.ts';
import { repositoryRefusal } from './perform-faults.ts';
import { type Plan, planOf } from './plan.ts';
import { hasRules } from './retention.ts';
import { isPlannedAnew, retentionIsDue, runsOf, successesOf, waitOf } from './situation.ts';
import { explained, useOf } from './use.ts';

export interface ObserveDependencies {
  readonly connections: Connections;
  /** Every schedule that the watch has seen, of all namespaces. */
  readonly schedules: () => readonly Schedule[];
  /** False while there may be more of them. */
  readonly isSynced?: () => boolean;
  /** By how much the clock of the API server differs from ours. */
  readonly apiServerSkewSeconds?: () => number;
}

/** All reads of one pass: what runs by its name, else the whole repository. What stands in the way is a result too. */
export function createObserve(dependencies: ObserveDependencies) {
  const { connections, apiServerSkewSeconds } = dependencies;
  const observe = async (resource: Schedule, pass: Pass): Promise<Observed> => {
    const owner = ownerNow(resource, dependencies);
    if (resource.metadata.deletionTimestamp !== undefined)
      return { ...NOTHING, owner, restore: await readLeft(resource, pass, connections) };
    const read = planOf(resource, pass.now);
    if (!read.ok) return { ...NOTHING, owner };
    const observed = await readOrSay(resource, pass, (limited) =>
      readAll(resource, owner, read.plan, limited, dependencies),
    );
    return withLeft(observed, resource, pass, connections);
  };
  return async (resource: Schedule, pass: Pass): Promise<Observed> => ({
    ...(await observe(resource, pass)),
    apiServerSkewSeconds: apiServerSkewSeconds?.(),
  });
}

/** While not every schedule is in view, nothing is adopted: it may be the work of one that lives. */
export function ownerNow(
  resource: Schedule,
  { schedules, isSynced }: Pick<ObserveDependencies, 'schedules' | 'isSynced'>,
): Owner {
  const owner = ownerOf(resource, schedules());
  return isSynced?.() === false ? { ...owner, adopted: undefined } : owner;
}

async function readOrSay(
  resource: Schedule,
  pass: Pass,
  read: (limited: Pass) => Promise<Observed>,
): Promise<Observed> {
  try {
    return await readOrWait(resource, pass, read);
  } catch (error) {
    if (error instanceof WaitingError) return unavailable(explained(error, resource));
    throw error;
  }
}

const NOTHING: Omit<Seen, 'owner'> = {
  type: 'seen',
  maxConcurrentOperations: 1,
  places: [],
  runs: new Map(),
  snapshots: undefined,
  unreadable: [],
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

async function readAll(
  resource: Schedule,
  asked: Owner,
  plan: Plan,
  pass: Pass,
  dependencies: ObserveDependencies,
): Promise<Observed> {
  const { spec, status = {} } = resource;
  const { connections, schedules, apiServerSkewSeconds } = dependencies;
  const cluster = await connections.use(useOf(resource, 'Snapshot'), pass.signal);
  const { es, maxConcurrentOperations } = cluster;
  const owner = inCluster(asked, cluster);
  const runs = runsOf(status).filter((run) => waitOf(run, spec, pass.now) <= 0);
  const isIdle = runsOf(status).length === 0;
  if (isIdle || runs.some(({ accepted }) => !accepted)) {
    const refusal = repositoryRefusal(await getRepository(es, spec.repository, pass.signal));
    if (refusal !== undefined) return unavailable(refusal);
  }
  const wantsList = isIdle || spec.concurrencyPolicy === 'Allow';
  const [facts, survey] = await Promise.all([
    readRuns({ resource, plan, cluster, pass, connections, apiServerSkewSeconds }, runs),
    wantsList ? surveySnapshots(es, spec.repository, pass.signal) : undefined,
  ]);
  const snapshots = survey?.snapshots;
  return {
    type: 'seen',
    owner,
    maxConcurrentOperations,
    places: placesOfOthers(resource, schedules(), pass.now),
    runs: facts,
    snapshots,
    unreadable: survey?.unreadable ?? [],
    ...(await readRetention(resource, owner, pass, cluster, dependencies, snapshots)),
    restore: await readRestore(resource, pass, es, owner, snapshots),
  };
}

async function readRetention(
  resource: Schedule,
  owner: Owner,
  pass: Pass,
  { es }: Cluster,
  { connections, apiServerSkewSeconds }: ObserveDependencies,
  snapshots: readonly ListedSnapshot[] | undefined,
): Promise<Pick<Seen, 'mounted' | 'mayDelete' | 'skewSeconds'>> {
  const nothing = { mounted: undefined, mayDelete: undefined, skewSeconds: undefined };
  if (snapshots === undefined || !hasRules(resource.spec.retention)) return nothing;
  const newest = successesOf(owner, resource.status, snapshots).at(-1)?.name;
  const isAsked = resource.status?.retention?.batch !== undefined;
  if (!isAsked && !isPlannedAnew(resource) && !retentionIsDue(resource, newest, pass.now)) return nothing;
  const { signal } = pass;
  const [mounted, mayDelete, skewSeconds] = await Promise.all([
    mountedSnapshots(es, signal),
    isGranted(connections.use(useOf(resource, 'Delete'), signal)),
    clockSkewSeconds(es, pass, apiServerSkewSeconds),
  ]);
  return { mounted, mayDelete, skewSeconds };
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
