import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { indexHealth } from '../../elasticsearch/health.ts';
import { createIndex, getIndex, type IndexInfo } from '../../elasticsearch/indices.ts';
import { isPlainName } from '../../elasticsearch/patterns.ts';
import type { Hit } from '../../elasticsearch/search.ts';
import { primaryShards } from '../../elasticsearch/shard-stats.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { timeText } from '../../runtime/time.ts';
import type { ArchiveBatch, MaintenanceAction } from './actions.ts';
import { type ArchiveHold, destinationOf } from './archival.ts';
import { archiveBody, archiveFault, sourceFault } from './archive-index.ts';
import { hinderedOf } from './archive-hindered.ts';
import { afterArchive, lastPlace } from './archive-places.ts';
import { holding, passingArchive, withArchiveBatch, withoutPlace } from './archive-steps.ts';
import { documentFingerprint } from './fingerprints.ts';
import { rebuildsSource } from '../whole-source.ts';
import { isOwn } from './guards.ts';
import type { Status } from './observed.ts';
import { oldDocuments, openArchive, refusalOf } from './perform-archive-access.ts';
import type { EffectContext, OpenContext } from './perform-effect.ts';
import { type CompiledTarget, compileTargets } from './targets.ts';

type ChooseDocuments = Extract<MaintenanceAction, { type: 'ChooseDocuments' }>;

/**
 * Writes down which versions of which documents move next. All of a batch go into one archive, which is made here when
 * it is not there; nothing else is changed.
 */
export async function chooseDocuments(
  action: ChooseDocuments,
  context: EffectContext,
): Promise<StatusChange<Status>> {
  const cluster = await openArchive([action.index], context);
  try {
    return await choose(action, { ...context, cluster });
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return hold(reason, action, context, error);
  }
}

function hold(
  reason: ArchiveHold,
  { index, documents }: ChooseDocuments,
  { pass }: EffectContext,
  err?: unknown,
): StatusChange<Status> {
  pass.log.warn({ index, reason, err }, 'documents are not archived');
  return (status) => holding(status, index, reason, documents);
}

/** Documents of other years may have an archive that takes them. */
function passArchive(
  reason: ArchiveHold,
  { destination, hits }: { readonly destination: string; readonly hits: readonly Hit[] },
  target: CompiledTarget,
  action: ChooseDocuments,
  context: EffectContext,
): StatusChange<Status> {
  const after = afterArchive(target, destination);
  if (after === undefined) return hold(reason, action, context);
  const { index } = action;
  context.pass.log.warn({ index, destination, reason }, 'documents are not archived');
  return (status) => passingArchive(status, index, { reason, seen: hits.length, after });
}

async function choose(action: ChooseDocuments, context: OpenContext): Promise<StatusChange<Status>> {
  const { policy, pass, cluster } = context;
  const { index } = action;
  const target = compileTargets(policy.spec).find(({ spec }) => spec.name === action.target);
  if (target?.spec.archive === undefined) return (status) => status;
  const [source] = await getIndex(cluster.es, index, pass.signal);
  // What was counted has gone with its index. A new one of this name waits for the next run.
  if (source?.uuid !== action.uuid) return (status) => holding(status, index, 'DocumentsChanged', 0);
  const fault = sourceFault(source);
  if (fault !== undefined) return hold(fault, action, context);
  const found = await oldDocuments(cluster, index, target.spec.archive, action, pass.signal);
  const chosen = ofOneArchive(target, found);
  if (chosen === undefined) return (status) => withoutPlace(status, index, action.documents);
  const { destination, hits } = chosen;
  if (destination === undefined) return passUnnamed(hits, action, context);
  const wanted = { destination, hits };
  // Its batch may have to take a copy back: nobody may have relied on that copy.
  if (hinderedOf(policy).some((each) => each.destination === destination))
    return passArchive('ArchivalHindered', wanted, target, action, context);
  const archive = await readyArchive(destination, source, context);
  if (typeof archive === 'string') return passArchive(archive, wanted, target, action, context);
  const marks = await primaryShards(cluster.es, archive.name, archive.numberOfShards, pass.signal);
  const batch = batchOf(action, hits, archive, pass.now, policy.metadata.uid);
  return (status) => withArchiveBatch(status, { ...batch, marks: marks.map(({ maxSeqNo }) => maxSeqNo) });
}

/** The first documents, as far as they go to the same archive; their destination is undefined where none can be named. */
function ofOneArchive(target: CompiledTarget, hits: readonly Hit[]) {
  const named = hits.map((hit) => ({ hit, destination: destinationOf(target, Number(hit.sort[0])) }));
  const [first] = named;
  if (first === undefined) return undefined;
  const { destination } = first;
  const end = named.findIndex((each) => each.destination !== destination);
  return { destination, hits: hits.slice(0, end < 0 ? hits.length : end) };
}

/** Documents from before the year 0 stay, and the run goes on after them. */
function passUnnamed(
  hits: readonly Hit[],
  { index, after: before }: ChooseDocuments,
  { pass }: EffectContext,
): StatusChange<Status> {
  const reason: ArchiveHold = 'DateOutOfRange';
  pass.log.warn({ index, reason, documents: hits.length }, 'documents are not archived');
  const after = lastPlace(hits, before);
  return (status) =>
    after === undefined
      ? holding(status, index, reason, hits.length)
      : passingArchive(status, index, { reason, seen: hits.length, after });
}

function batchOf(
  { target, index, uuid, cutoff, after, documents: due }: ChooseDocuments,
  hits: readonly Hit[],
  { name: destination, uuid: destinationUuid }: IndexInfo,
  now: number,
  policy: string,
): Omit<ArchiveBatch, 'marks'> {
  const documents = hits.map(documentFingerprint).join('');
  const id = contentHash([policy, uuid, destinationUuid, documents, now]).slice(0, 16);
  const [time, until] = [timeText(now), new Date(cutoff).toISOString()];
  const places = { ...(after && { after }), last: lastPlace(hits, after) };
  return {
    id,
    time,
    target,
    index,
    uuid,
    destination,
    destinationUuid,
    cutoff: until,
    documents,
    due,
    ...places,
  };
}

/** Shards that were allocated a moment ago are not there at once. */
const HEALTH_MS = 5_000;

/**
 * An index of this name that was not made as an archive is somebody's: documents that were mixed into it could not be told
 * from its own again.
 */
async function readyArchive(
  name: string,
  source: IndexInfo,
  context: OpenContext,
): Promise<IndexInfo | ArchiveHold> {
  const { pass, cluster } = context;
  if (!isPlainName(name)) return 'ArchiveNotMade';
  if (cluster.protects(name) || isOwn({ name, hidden: false })) return 'ArchiveProtected';
  await openArchive([name], context);
  const before = await getIndex(cluster.es, name, pass.signal);
  if (before.length === 0 && !(await isMade(name, source, context))) return 'ArchiveNotMade';
  const found = before.length > 0 ? before : await getIndex(cluster.es, name, pass.signal);
  const fault = archiveFault(name, found);
  if (fault !== undefined) return fault;
  // What it makes up differs from what was written: no copy would be found to be one.
  if (found.some(rebuildsSource) && !rebuildsSource(source)) return 'ArchiveUnsuitable';
  const wait = { waitForStatus: 'yellow', waitMs: HEALTH_MS } as const;
  const { status } = await indexHealth(cluster.es, name, wait, pass.signal);
  return status === 'red' ? 'IndexUnhealthy' : (found[0] ?? 'ArchiveNotMade');
}

async function isMade(
  name: string,
  source: IndexInfo,
  { policy, cluster: { es }, pass: { signal, log } }: OpenContext,
): Promise<boolean> {
  try {
    await createIndex(es, name, archiveBody(policy, source), {}, signal);
    log.info({ index: name, like: source.name }, 'made an archive');
    return true;
  } catch (error) {
    if (isElasticsearchError(error, 'alreadyExists')) return true;
    if (!isElasticsearchError(error, 'invalid', 'forbidden', 'blocked')) throw error;
    log.warn({ err: error, index: name }, 'the archive could not be made');
    return false;
  }
}
