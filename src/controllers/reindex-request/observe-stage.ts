import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { healthOfEach } from '../../elasticsearch/health.ts';
import { getTask } from '../../elasticsearch/tasks.ts';
import type { Stage } from './decide.ts';
import { readBad, readUncorrected } from './observe-bad.ts';
import type { LockWatch } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';
import { needsFinality } from './journal.ts';
import { rangeOpaqueId } from './names.ts';
import { readPipelines } from './observe-pipelines.ts';
import { readPreflight } from './observe-preflight.ts';
import { primariesOf, primariesWithTermsOf } from './observe-shards.ts';
import { outcomeOf, runningOutcome } from './outcomes.ts';
import { readBothShards, readCleanUp, readDestinationShards, readMovedSource } from './observe-moved.ts';
import type { Observed, TaskOutcome } from './observed.ts';
import type { Range } from './ranges.ts';
import { ownScratches } from './perform-scratch.ts';
import { knownMs } from './silence.ts';
import { aliasesToMove, hasBegun, type Situation } from './situation.ts';
import { whoGoesFirst } from './turn.ts';

type Reads = Partial<Observed>;
type Reader = (situation: Situation, es: Elasticsearch, signal: AbortSignal) => Promise<Reads>;

interface StageReads {
  readonly es: Elasticsearch;
  readonly locks: LockWatch;
}

const readers: Partial<Readonly<Record<Stage, Reader>>> = {
  Undoing: readScratches,
  Validating: readPreflight,
  Copying: readOutcomes,
  JudgingFailures: readUncorrected,
  CatchingUp: readShards,
  AwaitingApproval: readShards,
  Suspended: readOutcomes,
  Hardening: readHealth,
  Verifying: readProof,
  Releasing: readBad,
  CuttingOver: readBothShards,
  RollbackWindow: readMovedSource,
  RollingBack: readDestinationShards,
  CleaningUp: readCleanUp,
};

/** What this stage needs beside what all do. */
export async function readStage(
  stage: Stage,
  situation: Situation,
  { es, locks }: StageReads,
  signal: AbortSignal,
): Promise<Reads> {
  const [read, claims, held] = await Promise.all([
    readers[stage]?.(situation, es, signal),
    stage === 'Pending' || stage === 'Validating' ? readNames(situation, { es, locks }, signal) : {},
    stage === 'Undoing' ? readHeld(situation, { es, locks }, signal) : {},
  ]);
  return { ...read, ...claims, ...held };
}

/** Before a turn: who else works on these names. Whoever waits for a peer anyway asks nobody. */
async function readNames(
  situation: Situation,
  { es, locks: watch }: StageReads,
  signal: AbortSignal,
): Promise<Reads> {
  const { observed, spec, status, uid } = situation;
  const [source, ...others] = observed.sources;
  if (!source || others.length > 0 || spec.dryRun || whoGoesFirst(situation)) return {};
  const aliases = Object.keys(aliasesToMove(spec, source));
  const names = status.locks ?? [...new Set([source.name, spec.destination.index, ...aliases])].sort();
  const known = (sign: string) => knownMs(situation, sign);
  return { claims: await readClaims(names, { es, uid, watch, source, knownMs: known }, signal) };
}

/** Of a request that stops before it has begun: what it may have taken over with its locks. */
async function readHeld(
  { observed, status, uid }: Situation,
  { es, locks: watch }: StageReads,
  signal: AbortSignal,
): Promise<Reads> {
  if (!status.locks || hasBegun(status.phase)) return {};
  const [source] = observed.sources;
  return { claims: await readClaims(status.locks, { es, uid, watch, source }, signal) };
}

async function readScratches({ uid }: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  return { scratches: await ownScratches(es, uid, signal) };
}

/** Shards and pipelines last: what they say of a task's end must have been read after it. */
async function readOutcomes(situation: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  const { copy } = situation.status;
  const known = (copy?.running ?? []).flatMap(({ task, ...range }) =>
    task === undefined ? [] : [{ task, range }],
  );
  const [health, ...found] = await Promise.all([
    readHealth(situation, es, signal),
    ...known.map(
      async ({ task, range }) => [task, await outcomeOfTask(task, range, situation, es, signal)] as const,
    ),
  ]);
  const hasEnded = found.some(([, { type }]) => type !== 'running') && copy?.fenced !== true;
  const [shards, pipelines] = await Promise.all([
    hasEnded || needsFinality(copy) ? readTerms(situation, es, signal) : {},
    readOwnPipelines(situation, es, signal),
  ]);
  return { ...health, ...shards, ...pipelines, outcomes: Object.fromEntries(found) };
}

async function readOwnPipelines({ spec }: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  const { pipeline } = spec.transform ?? {};
  return pipeline === undefined ? {} : { pipelines: await readPipelines(pipeline, es, signal) };
}

/** One that is listed runs, and the list tells how far it is: only one that is not has to be asked for. */
async function outcomeOfTask(
  task: string,
  range: Range,
  { uid, attempt, status, observed }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const opaqueId = rangeOpaqueId(uid, attempt, status.copy?.round ?? 0, range);
  const listed = observed.tasks.running.find(
    (running) => running.id === task && running.opaqueId === opaqueId,
  );
  return listed ? runningOutcome(listed) : outcomeOf(await getTask(es, task, signal), opaqueId);
}

async function readHealth(
  { source, destination }: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Reads> {
  if (!source || !destination) return {};
  const found = await healthOfEach(es, [source.name, destination.name], signal);
  const of = (name: string) => found[name] ?? 'red';
  return { health: { source: of(source.name), destination: of(destination.name) } };
}

async function readProof(situation: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  const { source, destination, status, spec } = situation;
  if (!source || !destination || !status.verification?.refreshed) return readShards(situation, es, signal);
  // First: what is written to either after this is not part of the proof, and is found out before the move.
  const shards = await readBothShards(situation, es, signal);
  const [bad, from, to] = await Promise.all([
    readBad(situation, es, signal),
    countDocuments(es, source.name, spec.source.query, signal),
    countDocuments(es, destination.name, undefined, signal),
  ]);
  return { ...shards, ...bad, counts: { source: from, destination: to } };
}

async function readShards({ source }: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  return source ? { shards: await primariesOf(source, es, signal) } : {};
}

async function readTerms({ source }: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  return source ? { shards: await primariesWithTermsOf(source, es, signal) } : {};
}
