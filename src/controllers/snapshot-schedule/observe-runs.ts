import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { type SnapshotProgress, snapshotProgress } from '../../elasticsearch/snapshot-progress.ts';
import { findSnapshot, isDamaged, type Snapshot } from '../../elasticsearch/snapshots.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { clockSkewSeconds } from './observe-clocks.ts';
import type { ObserveDependencies } from './observe.ts';
import type { Run, RunFacts, Schedule } from './observed.ts';
import { expressionsOf } from './perform-create.ts';
import { repositoryFault } from './perform-faults.ts';
import type { Plan } from './plan.ts';
import { hasLeft } from './situation.ts';
import { useOf } from './use.ts';
import { isRunning } from './verdict.ts';

interface Reading {
  readonly resource: Schedule;
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly pass: Pass;
  readonly connections: ObserveDependencies['connections'];
  readonly apiServerSkewSeconds: ObserveDependencies['apiServerSkewSeconds'];
}

/** By their names alone: a list of everything is dear, and this is asked every few seconds. */
export async function readRuns(
  reading: Reading,
  runs: readonly Run[],
): Promise<ReadonlyMap<string, RunFacts>> {
  const facts = runs.map(async (run) => [run.snapshot, await readRun(reading, run)] as const);
  return new Map(await Promise.all(facts));
}

async function readRun(reading: Reading, run: Run): Promise<RunFacts> {
  const { resource, cluster, pass } = reading;
  const snapshot = hasLeft(run, resource.spec) ? await findInLeft(reading, run) : await find(reading, run);
  if (snapshot === undefined) return { snapshot, progress: undefined, indices: [] };
  const { es } = cluster;
  const [progress, indices, skewSeconds] = await Promise.all([
    progressOf(es, run, pass.signal),
    isRunning(snapshot) ? [] : indexBirths(es, expressionsOf(resource.spec), pass.signal),
    skewFor(reading, snapshot),
  ]);
  return { snapshot, progress, indices, skewSeconds };
}

async function find({ plan, cluster, pass }: Reading, run: Run): Promise<Snapshot | undefined> {
  try {
    return await findSnapshot(cluster.es, run.repository, run.snapshot, pass.signal);
  } catch (error) {
    // What cannot be read for so long is as good as lost; it must not keep the next slots waiting.
    if (isDamaged(error) && pass.now - Date.parse(run.slot) > plan.deadlineMs) return undefined;
    throw repositoryFault(error, run.repository) ?? error;
  }
}

/**
 * In a repository that the spec has left: undefined as well where nobody can look any more. A wish goes on in the new
 * repository whatever is wrong with the old one, which may be why it was left.
 */
async function findInLeft(reading: Reading, run: Run): Promise<Snapshot | undefined> {
  const { resource, connections, pass } = reading;
  try {
    await connections.use(useOf(resource, 'Snapshot', run.repository), pass.signal);
    return await find(reading, run);
  } catch (error) {
    if (pass.signal.aborted) throw error;
    const reason = error instanceof WaitingError ? error.reason : undefined;
    if (reason === 'RepositoryMissing' || reason === 'NotGranted') return undefined;
    if (!run.accepted && (reason !== undefined || isElasticsearchError(error))) return undefined;
    throw error;
  }
}

const PROGRESS_MS = 5_000;

/** Only to be looked at: of an ended snapshot it reads a file per shard, and what became of it is known without. */
function progressOf(
  es: Elasticsearch,
  { repository, snapshot }: Run,
  signal: AbortSignal,
): Promise<SnapshotProgress | undefined> {
  return ifAnswered(snapshotProgress(withTimeout(es, PROGRESS_MS), repository, snapshot, signal), signal);
}

/** Only what is to be aborted for its age is worth the question; without an answer it is not aborted. */
async function skewFor(reading: Reading, snapshot: Snapshot): Promise<number | undefined> {
  const { resource, plan, cluster, pass, apiServerSkewSeconds } = reading;
  const isLate = isRunning(snapshot) && pass.now - snapshot.startTime > plan.deadlineMs;
  if (!isLate || !resource.spec.abortOnDeadline) return undefined;
  return ifAnswered(clockSkewSeconds(cluster.es, pass, apiServerSkewSeconds), pass.signal);
}

async function ifAnswered<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted || !isElasticsearchError(error)) throw error;
    return undefined;
  }
}
