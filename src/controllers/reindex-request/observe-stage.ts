import { countDocuments, indexSize } from '../../elasticsearch/counts.ts';
import { nodeDisks } from '../../elasticsearch/disk.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { healthOfEach } from '../../elasticsearch/health.ts';
import { grantsOfUser, hiddenContents } from '../../elasticsearch/hidden-contents.ts';
import { templateOf } from '../../elasticsearch/index-templates.ts';
import { getPipeline } from '../../elasticsearch/ingest.ts';
import { isPlainName } from '../../elasticsearch/patterns.ts';
import { missingPrivileges } from '../../elasticsearch/privileges.ts';
import { LOCK_INDEX } from '../../elasticsearch/locks.ts';
import { primaryShards } from '../../elasticsearch/shard-stats.ts';
import { getTask } from '../../elasticsearch/tasks.ts';
import type { Stage } from './decide.ts';
import { readBad } from './observe-bad.ts';
import { flatten } from './destination.ts';
import type { LockWatch } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';
import { needsFinality } from './journal.ts';
import { servingPipelines } from './named-pipelines.ts';
import { OWN_PREFIX, rangeOpaqueId, scratchIndex } from './names.ts';
import { outcomeOf, runningOutcome } from './outcomes.ts';
import { readBothShards, readCleanUp, readDestinationShards, readMovedSource } from './observe-moved.ts';
import type { IndexFacts, Observed, PreflightFacts, TaskOutcome } from './observed.ts';
import { calledPipelines } from './pipeline-rules.ts';
import type { Range } from './ranges.ts';
import { ownScratches } from './scratch.ts';
import { aliasesToMove, type Situation } from './situation.ts';
import { whoGoesFirst } from './turn.ts';

type Reads = Partial<Observed>;
type Reader = (situation: Situation, es: Elasticsearch, signal: AbortSignal) => Promise<Reads>;

export interface StageReads {
  readonly es: Elasticsearch;
  readonly locks: LockWatch;
}

const readers: Partial<Readonly<Record<Stage, Reader>>> = {
  Undoing: readScratches,
  Validating: readPreflight,
  Copying: readOutcomes,
  JudgingFailures: readBad,
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
  const [read, claims] = await Promise.all([
    readers[stage]?.(situation, es, signal),
    stage === 'Pending' || stage === 'Validating' ? readNames(situation, { es, locks }, signal) : {},
  ]);
  return { ...read, ...claims };
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
  return { claims: await readClaims(names, { es, uid, watch, source }, signal) };
}

async function readScratches({ uid }: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  return { scratches: await ownScratches(es, uid, signal) };
}

async function readPreflight(situation: Situation, es: Elasticsearch, signal: AbortSignal): Promise<Reads> {
  const [source, ...others] = situation.observed.sources;
  if (!source || others.length > 0 || source.closed || source.dataStream) return {};
  const privileges = await missingPrivileges(es, requiredPrivileges(situation, source), signal);
  // Who may not read pipelines is told so, and not that there is none.
  const pipeline = privileges.length > 0 ? undefined : situation.spec.transform?.pipeline;
  const { query } = situation.spec.source;
  const { index, createFrom } = situation.spec.destination;
  const [size, hidden, pipelines, absent, searchable, disks, chosen, template] = await Promise.all([
    indexSize(es, source.name, signal),
    readHidden([source.name, index], es, signal),
    readPipelines(pipeline, es, signal),
    absentPipelines(servingPipelines(situation.spec), es, signal),
    sequenceNumbersSearchable(es, source.name, signal),
    privileges.length > 0 ? undefined : nodeDisks(es, signal),
    query === undefined ? undefined : countChosen(es, source.name, query, signal),
    createFrom === 'Source' ? undefined : templateOf(es, index, signal),
  ]);
  const preflight: PreflightFacts = {
    ...size,
    missingPrivileges: privileges,
    hidden,
    pipelines,
    absentPipelines: absent,
    sequenceNumbersSearchable: searchable,
    disks,
    template,
    ...(chosen === undefined || size.documents === 0 ? {} : { share: Math.min(chosen / size.documents, 1) }),
  };
  return { preflight };
}

/** A query that Elasticsearch refuses is refused with a reason by the trial. */
async function countChosen(es: Elasticsearch, index: string, query: unknown, signal: AbortSignal) {
  try {
    return await countDocuments(es, index, query, signal);
  } catch (error) {
    if (isElasticsearchError(error, 'invalid')) return undefined;
    throw error;
  }
}

/** Counts, copies and comparisons of such a login agree with each other, and leave out the same. */
async function readHidden(names: readonly string[], es: Elasticsearch, signal: AbortSignal) {
  const grants = await grantsOfUser(es, signal);
  return names.flatMap((name) => {
    const what = hiddenContents(grants, name);
    return what === undefined ? [] : [`${what} of ${name}`];
  });
}

/** The least that the copy works with; each is named when it is missing. */
function requiredPrivileges({ spec, uid }: Situation, source: IndexFacts) {
  const change = [
    'indices:admin/settings/update',
    'indices:admin/aliases',
    'monitor',
    'view_index_metadata',
    'read',
    'maintenance',
  ];
  const write = [
    'index',
    // What has left the source since, or cannot be written any more, is deleted from the copy.
    'delete',
    'create_index',
    'delete_index',
    'indices:data/write/reindex',
    'indices:admin/mapping/put',
  ];
  const block = 'indices:admin/block/add';
  const readPipeline = spec.transform?.pipeline
    ? ['cluster:admin/ingest/pipeline/get', 'cluster:admin/ingest/pipeline/simulate']
    : [];
  const remove = spec.sourceAfter.policy === 'Delete' ? ['delete_index'] : [];
  const keepLocks = ['read', 'index', 'delete', 'create_index', 'view_index_metadata'];
  const aliases = [...Object.keys(aliasesToMove(spec, source)), `${OWN_PREFIX}${uid.slice(0, 8)}-*`];
  return {
    cluster: ['monitor', 'cluster:admin/tasks/cancel', 'cluster:admin/reindex/rethrottle', ...readPipeline],
    index: [
      { names: [source.name], privileges: [...change, block, ...remove] },
      { names: [spec.destination.index, `${scratchIndex(uid)}-*`], privileges: [...change, ...write, block] },
      { names: aliases, privileges: ['indices:admin/aliases', 'read'] },
      ...(spec.dryRun ? [] : [{ names: [LOCK_INDEX], privileges: keepLocks }]),
    ],
  };
}

/** The named pipeline and all that it calls, at any depth. */
async function readPipelines(
  name: string | undefined,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  const open = name === undefined ? [] : [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next in found || next.includes('{{')) continue;
    found[next] = await getPipeline(es, next, signal);
    open.push(...calledPipelines(found[next]));
  }
  return found;
}

/** Who may not read pipelines, which a copy without a transform does not need, is not told. */
async function absentPipelines(
  names: readonly string[],
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const absent = async (name: string) => {
    try {
      const isName = isPlainName(name) && !name.includes('*');
      return isName && (await getPipeline(es, name, signal)) !== undefined ? [] : [name];
    } catch (error) {
      if (isElasticsearchError(error, 'forbidden')) return [];
      throw error;
    }
  };
  return (await Promise.all(names.map(absent))).flat();
}

/** Some indexes keep sequence numbers but do not index them. */
async function sequenceNumbersSearchable(
  es: Elasticsearch,
  index: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await countDocuments(es, index, { range: { _seq_no: { gte: 0, lte: 0 } } }, signal);
    return true;
  } catch (error) {
    if (isElasticsearchError(error, 'invalid')) return false;
    throw error;
  }
}

/** Shards last: what they say of a task's end must have been read after it. */
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
  const hasEnded = found.some(([, { type }]) => type === 'copied') && copy?.fenced !== true;
  const shards = hasEnded || needsFinality(copy) ? await readShards(situation, es, signal) : {};
  return { ...health, ...shards, outcomes: Object.fromEntries(found) };
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
  if (!source) return {};
  const count = Number(flatten(source.settings)['index.number_of_shards'] ?? 1);
  return { shards: await primaryShards(es, source.name, count, signal) };
}
