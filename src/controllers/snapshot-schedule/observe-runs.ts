import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { type SnapshotProgress, snapshotProgress } from '../../elasticsearch/snapshot-progress.ts';
import { findSnapshot, isDamaged, isNameInUse, type Snapshot } from '../../elasticsearch/snapshots.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { clockSkewSeconds } from './observe-clocks.ts';
import type { ObserveDependencies } from './observe.ts';
import { expectedOf } from './observe-expected.ts';
import { unmatchedOf } from './observe-unmatched.ts';
import type { Run, RunFacts, Schedule } from './observed.ts';
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
  const found = hasLeft(run, resource.spec) ? await findInLeft(reading, run) : await find(reading, run);
  const { snapshot } = found;
  if (snapshot === undefined) return { ...found, progress: undefined, indices: [] };
  const { es } = cluster;
  const [progress, indices, skewSeconds] = await Promise.all([
    progressOf(es, run, pass.signal),
    expectedOf(es, resource, run, snapshot, pass.signal),
    skewFor(reading, snapshot),
  ]);
  const unmatched = await unmatchedOf(es, resource, run, { snapshot, indices }, pass.signal);
  return { snapshot, progress, indices, unmatched, skewSeconds };
}

type Found = Pick<RunFacts, 'snapshot' | 'unreadable'>;
const GONE: Found = { snapshot: undefined };

/** A damaged file is the matter of this run alone: whatever else there is goes on. */
async function find({ cluster, pass }: Reading, run: Run): Promise<Found> {
  const { repository, snapshot: name } = run;
  try {
    const snapshot = await findSnapshot(cluster.es, repository, name, pass.signal);
    if (snapshot !== undefined) return { snapshot };
    return (await isNameInUse(cluster.es, repository, name, pass.signal)) ? damaged(run) : GONE;
  } catch (error) {
    if (isDamaged(error)) return damaged(run);
    throw repositoryFault(error, repository) ?? error;
  }
}

const damaged = ({ snapshot, repository }: Run): Found => ({
  snapshot: undefined,
  unreadable: {
    reason: 'Retrying',
    message: `${snapshot} in repository ${repository} cannot be read: a file of it is missing or damaged, or is not available at present. Restore the file, or delete the snapshot.`,
  },
});

/** An old repository may hang, and the new one must be read all the same. */
const LEFT_MS = 10_000;

/** In a repository that the spec has left: gone as well where nobody can look any more. */
async function findInLeft(reading: Reading, run: Run): Promise<Found> {
  const { resource, cluster, connections, pass } = reading;
  const hurried = { ...cluster, es: withTimeout(cluster.es, LEFT_MS) };
  try {
    await connections.use(useOf(resource, 'Snapshot', run.repository), pass.signal);
    const { snapshot, unreadable } = await find({ ...reading, cluster: hurried }, run);
    return run.accepted && unreadable ? { snapshot, unreadable } : { snapshot };
  } catch (error) {
    if (pass.signal.aborted) throw error;
    return absenceInLeft(error, run);
  }
}

/**
 * A wish goes on in the new repository whatever is wrong with the old one, which may be why it was left; what was begun
 * there is waited for a while.
 */
function absenceInLeft(error: unknown, { accepted }: Run): Found {
  const waiting = error instanceof WaitingError ? error : undefined;
  if (waiting?.reason === 'RepositoryMissing' || waiting?.reason === 'NotGranted') return GONE;
  if (!accepted && (waiting !== undefined || isElasticsearchError(error))) return GONE;
  if (waiting?.reason.startsWith('Repository'))
    return { ...GONE, unreadable: { reason: waiting.reason, message: waiting.message } };
  if (isElasticsearchError(error, 'serverError', 'unavailable', 'timeout'))
    return {
      ...GONE,
      unreadable: { reason: 'Retrying', message: `Retrying after a fault: ${error.publicMessage}` },
    };
  throw error;
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
