import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { readIndices } from '../../elasticsearch/named-indices.ts';
import { indexHealth } from '../../elasticsearch/health.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import type { DocumentKey } from '../../elasticsearch/multi-get.ts';
import { listReindexTasks } from '../../elasticsearch/tasks.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { ArchiveBatch } from './actions.ts';
import { archiveFault, sourceFault } from './archive-index.ts';
import { dueWith, hinderedText, withoutArchiveBatch } from './archive-hindered.ts';
import { withBatchEnded } from './archive-left.ts';
import { holding, passing } from './archive-steps.ts';
import { isCopyOf } from './copies.ts';
import { acts } from './due.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { archiveGuardOf } from './guards.ts';
import { readUnfinished, surroundings } from './observe.ts';
import { readClusterFacts } from './observe-listings.ts';
import type { Status } from './observed.ts';
import { openArchive } from './perform-archive-access.ts';
import { copyDocuments, passingRefused } from './perform-archive-copy.ts';
import { findDocuments, keyOf, type Move } from './perform-archive-documents.ts';
import { learnFigures } from './perform-archive-figures.ts';
import { type Settled, settle } from './perform-archive-settle.ts';
import type { EffectContext } from './perform-effect.ts';

const AGAIN_MS = 2_000;

/**
 * Brings each document of the batch into one place: copies what was chosen and is still the same, reads both sides, deletes
 * the originals of what is whole in the archive, each in the very version that was read, and takes back copies of what
 * has changed since. It may be repeated at any point: what an earlier try has copied is found by the sequence numbers of
 * the archive and by the fingerprints.
 */
export async function moveDocuments(
  batch: ArchiveBatch,
  context: EffectContext,
): Promise<StatusChange<Status>> {
  const cluster = await openArchive([batch.index, batch.destination], context);
  const move = { ...context, batch, chosen: fingerprintsOf(batch.documents), cluster };
  await noCopyRuns(move);
  const obstacle = await obstacleOf(move);
  if (obstacle === 'Replaced') return (status) => withoutArchiveBatch(status, batch.id);
  const { copies, fresh, before, isHalfway } = await documentsOf(move, obstacle);
  if (obstacle !== undefined && (copies.length === 0 || isHalfway)) return hindered(move, obstacle, copies);
  const isRefused = await copyDocuments(move, fresh);
  const ours = new Set([...copies, ...fresh].map(keyOf).filter((key) => !before.has(key)));
  const settled = await settle(move, distinct([...copies, ...fresh]), ours).catch((error: unknown) => {
    // Some may have moved.
    context.dependencies.listings.forget(cluster);
    throw error;
  });
  await learnFigures(move);
  return isRefused ? toldRefused(move, settled) : told(move, settled);
}

const distinct = <Key extends DocumentKey>(keys: readonly Key[]): readonly Key[] => [
  ...new Map(keys.map((key) => [keyOf(key), key])).values(),
];

/** @throws WaitingError while the copy of an earlier try goes on: it would write behind our back. */
async function noCopyRuns({ batch, cluster, pass }: Move): Promise<void> {
  const { tasks, complete } = await listReindexTasks(cluster.es, pass.signal);
  if (complete && !tasks.some((task) => isCopyOf(batch.id, task))) return;
  const message = `the copy into ${batch.destination} that was started before is still running`;
  throw new WaitingError('WaitingForTurn', message, AGAIN_MS);
}

/** What forbids to go on, read anew; `Replaced` when one of the two indexes is not there any more. */
async function obstacleOf(move: Move) {
  const { batch, cluster, policy, pass } = move;
  const { es } = cluster;
  const [listed, sources, archives, facts] = await Promise.all([
    readIndices(es, [batch.index], pass.signal),
    getIndex(es, batch.index, pass.signal),
    getIndex(es, batch.destination, pass.signal),
    readClusterFacts(es, pass.now),
  ]);
  const [index, source, archive] = [listed[0], sources[0], archives[0]];
  if (index === undefined || source?.uuid !== batch.uuid || archive?.uuid !== batch.destinationUuid)
    return 'Replaced';
  const unfinished = await readUnfinished(policy, cluster, [index], pass.signal);
  const around = surroundings(move, { ...facts, written: new Set() }, unfinished);
  return (
    archiveGuardOf(index, around, policy.spec.deletion) ??
    sourceFault(source) ??
    archiveFault(batch.destination, archives) ??
    (facts.health === 'red' && (await isRed(move)) ? 'IndexUnhealthy' : undefined)
  );
}

async function isRed({ batch, cluster, pass }: Move): Promise<boolean> {
  const names = [batch.index, batch.destination];
  return (await indexHealth(cluster.es, names, {}, pass.signal)).status === 'red';
}

/** Something keeps a batch from its end whose documents may be in both indexes. */
export class HinderedError extends WaitingError {
  readonly obstacle: string;
  constructor({ index, destination }: ArchiveBatch, reason: string) {
    super('ArchivalHindered', hinderedText({ index, destination, reason }), AGAIN_MS * 5);
    this.obstacle = reason;
  }
}

/**
 * Without copies nothing has happened yet, and nothing will: the documents after the batch stay with it.
 * @throws HinderedError while documents are in both: that must end, and cannot now.
 */
function hindered({ batch }: Move, reason: string, copies: readonly DocumentKey[]): StatusChange<Status> {
  if (copies.length > 0) throw new HinderedError(batch, reason);
  return (status) => withoutArchiveBatch(holding(status, batch.index, reason, dueWith(batch)), batch.id);
}

/**
 * A policy that is deleted while it is suspended or in DryRun copies nothing more: it ends what is copied.
 * @throws HinderedError when something hinders the batch and hides from us how far it has come.
 */
async function documentsOf(move: Move, obstacle: string | undefined) {
  try {
    return await findDocuments(move, obstacle === undefined && acts(move.policy));
  } catch (error) {
    if (obstacle === undefined || !isElasticsearchError(error)) throw error;
    throw new HinderedError(move.batch, obstacle);
  }
}

/** Nothing is wrong with the documents. */
function toldRefused(move: Move, { moved }: Settled): StatusChange<Status> {
  const { batch, chosen, pass } = move;
  return (status) =>
    withBatchEnded(status, batch, { moved, now: pass.now }, (ended) =>
      passingRefused(ended, move, chosen.size - moved),
    );
}

/**
 * Documents that stay where they are would be chosen again for ever: the run goes on after them. Those that have merely
 * changed are tried again as long as others of the batch go.
 */
function told({ batch, chosen, pass }: Move, { moved, refused, taken }: Settled): StatusChange<Status> {
  const failed = refused + taken;
  const reason = taken > 0 ? 'IdTaken' : refused > 0 ? 'DocumentsRefused' : 'DocumentsChanged';
  const isDone = failed === 0 && moved > 0;
  return (status) =>
    withBatchEnded(status, batch, { moved, now: pass.now }, (ended) =>
      isDone ? ended : passing(ended, batch, { reason, failed, left: chosen.size - moved }),
    );
}
