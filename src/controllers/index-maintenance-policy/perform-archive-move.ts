import { deleteDocuments } from '../../elasticsearch/bulk.ts';
import { incomplete, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { readIndices } from '../../elasticsearch/index-listing.ts';
import { indexHealth } from '../../elasticsearch/health.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import { type DocumentKey, getDocuments, type StoredDocument } from '../../elasticsearch/multi-get.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { documentsSince, type Hit } from '../../elasticsearch/search.ts';
import { listReindexTasks } from '../../elasticsearch/tasks.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { ArchiveBatch } from './actions.ts';
import { type Fate, fateOf } from './archival-fate.ts';
import { archiveFault, sourceFault } from './archive-index.ts';
import { withoutArchiveBatch } from './archive-hindered.ts';
import { holding, passing, withMoved } from './archive-steps.ts';
import { isCopyOf } from './copies.ts';
import { documentFingerprint, fingerprintsOf } from './fingerprints.ts';
import { archiveGuardOf } from './guards.ts';
import { readUnfinished, surroundings } from './observe.ts';
import { readClusterFacts } from './observe-listings.ts';
import type { Status } from './observed.ts';
import { oldDocuments, openArchive } from './perform-archive-access.ts';
import { copyDocuments, type CopyContext, opaqueIdOf, passingRefused } from './perform-archive-copy.ts';
import { type EffectContext, uuidsOf } from './perform-effect.ts';
import { hinderedText } from './readiness.ts';

const AGAIN_MS = 2_000;
/** How often documents that change all the while are looked at before the batch is left for the next pass. */
const ROUNDS = 5;

interface Move extends CopyContext {
  /** Fingerprints of the documents of the batch. */
  readonly chosen: ReadonlySet<string>;
}

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
  const settled = await settle(move, distinct([...copies, ...fresh]), ours);
  await refresh(cluster.es, batch.index, context.pass.signal);
  return isRefused ? toldRefused(move, settled) : told(move, settled);
}

const keyOf = ({ id, routing }: DocumentKey): string => JSON.stringify([id, routing]);

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
 * Without copies nothing has happened yet, and nothing will.
 * @throws HinderedError while documents are in both: that must end, and cannot now.
 */
function hindered({ batch }: Move, reason: string, copies: readonly DocumentKey[]): StatusChange<Status> {
  if (copies.length > 0) throw new HinderedError(batch, reason);
  return (status) => withoutArchiveBatch(holding(status, batch.index, reason, 0), batch.id);
}

/** @throws HinderedError when something hinders the batch and hides from us how far it has come. */
async function documentsOf(move: Move, obstacle: string | undefined) {
  try {
    return await findDocuments(move, obstacle === undefined);
  } catch (error) {
    if (obstacle === undefined || !isElasticsearchError(error)) throw error;
    throw new HinderedError(move.batch, obstacle);
  }
}

/** What is to be brought into one place. The order of the reads matters: see below. */
async function findDocuments(move: Move, mayCopy: boolean) {
  const { batch, cluster, pass } = move;
  const fresh = mayCopy ? await freshDocuments(move) : [];
  // What another process copies after this read is found by the next one, so that whatever is ours counts as ours.
  const there = await getDocuments(cluster.es, batch.destination, fresh, {}, pass.signal);
  const found = new Set(there.flatMap((document) => (document ? [keyOf(document)] : [])));
  const copies = await copiesSince(move);
  const copied = new Set(copies.map(keyOf));
  return {
    copies,
    /** Not copied yet. */
    fresh: fresh.filter((document) => !copied.has(keyOf(document))),
    /** In the archive since before the batch. */
    before: new Set([...found].filter((key) => !copied.has(key))),
    isHalfway: !mayCopy && copies.length > 0 && (await haveOriginals(move, copies)),
  };
}

/** Whether any is in both indexes; if not, the batch was done and only its books are left to write. */
async function haveOriginals(
  { batch, cluster, pass }: Move,
  copies: readonly DocumentKey[],
): Promise<boolean> {
  const found = await getDocuments(cluster.es, batch.index, copies, {}, pass.signal);
  return found.some((document) => document !== undefined);
}

/** Documents of the batch that are still what they were; when the policy has changed they may not be looked for any more. */
async function freshDocuments({ batch, chosen, cluster, policy, pass }: Move): Promise<readonly Hit[]> {
  const spec = policy.spec.targets.find(({ name }) => name === batch.target)?.archive;
  if (spec === undefined) return [];
  const wanted = { cutoff: Date.parse(batch.cutoff), size: chosen.size, after: batch.after };
  const hits = await oldDocuments(cluster, batch.index, spec, wanted, pass.signal);
  return hits.filter((hit) => chosen.has(documentFingerprint(hit)));
}

/** Documents of the batch that have come into the archive since it was chosen. */
async function copiesSince({ batch, chosen, cluster, pass }: Move): Promise<readonly DocumentKey[]> {
  const { signal } = pass;
  await refresh(cluster.es, batch.destination, signal);
  const copies: DocumentKey[] = [];
  for (const [shard, mark] of batch.marks.entries())
    for await (const page of documentsSince(cluster.es, batch.destination, shard, mark, signal))
      for (const hit of page)
        if (chosen.has(documentFingerprint(hit))) copies.push({ id: hit.id, routing: hit.routing });
  return copies;
}

/** How many documents of a batch ended where. */
interface Settled {
  /** Only in the archive. */
  readonly moved: number;
  /** In their index, and the archive does not take them. */
  readonly refused: number;
  /** In their index, and another document of the same id is in the archive. */
  readonly taken: number;
}

interface Pair {
  readonly source: StoredDocument | undefined;
  readonly copy: StoredDocument | undefined;
  readonly fate: Fate;
}

/** Reads both sides until no document is in both, and acts on what it has read: nothing else is touched by it. */
async function settle(move: Move, keys: readonly DocumentKey[], ours: ReadonlySet<string>): Promise<Settled> {
  const { batch, cluster, pass } = move;
  for (let round = 0; round < ROUNDS; round += 1) {
    const pairs = await pairsOf(move, keys, ours);
    const having = (fate: Fate) => pairs.filter((pair) => pair.fate === fate);
    const originals = having('DeleteOriginal').flatMap(({ source }) => source ?? []);
    const copies = having('WithdrawCopy').flatMap(({ copy }) => copy ?? []);
    if (originals.length + copies.length === 0)
      return {
        moved: having('Moved').length,
        refused: having('Refused').length,
        taken: having('Taken').length,
      };
    await areTheSame(move);
    tell(move, originals.length, copies.length);
    const options = { opaqueId: opaqueIdOf(move) };
    await deleteDocuments(cluster.es, batch.index, originals, options, pass.signal);
    await deleteDocuments(cluster.es, batch.destination, copies, options, pass.signal);
  }
  throw incomplete(`documents of ${batch.index}`, 'they change all the while');
}

async function pairsOf(
  { batch, cluster, pass, chosen }: Move,
  keys: readonly DocumentKey[],
  ours: ReadonlySet<string>,
): Promise<readonly Pair[]> {
  const read = (index: string) => getDocuments(cluster.es, index, keys, { source: true }, pass.signal);
  // The archive first: what is missing in the index afterwards was whole in the archive before.
  const copies = await read(batch.destination);
  const sources = await read(batch.index);
  return keys.map((key, at) => {
    const [source, copy] = [sources[at], copies[at]];
    return { source, copy, fate: fateOf(source, copy, ours.has(keyOf(key)), chosen) };
  });
}

/** @throws ElasticsearchError `incomplete` when one of the indexes was exchanged since it was looked at. */
async function areTheSame({ batch, cluster, pass }: Move): Promise<void> {
  const uuids = await uuidsOf(cluster.es, [batch.index, batch.destination], pass.signal);
  if (uuids.get(batch.index) === batch.uuid && uuids.get(batch.destination) === batch.destinationUuid) return;
  throw incomplete(`${batch.index} and ${batch.destination}`, 'one of them was recreated');
}

/** The record of what is deleted and on whose word. */
function tell({ batch, policy, pass }: Move, originals: number, copies: number): void {
  const { uid, generation } = policy.metadata;
  const { id, index, uuid, destination } = batch;
  pass.log.info(
    { batch: id, index, uuid, destination, originals, copies, policy: uid, generation },
    'deleting documents that are in the archive',
  );
}

/** Nothing is wrong with the documents. */
function toldRefused(move: Move, { moved }: Settled): StatusChange<Status> {
  const { batch, chosen } = move;
  return (status) => {
    const done = withMoved(withoutArchiveBatch(status, batch.id), batch.target, moved);
    return passingRefused(done, move, chosen.size - moved);
  };
}

/**
 * Documents that stay where they are would be chosen again for ever: the run goes on after them. Those that have merely
 * changed are tried again as long as others of the batch go.
 */
function told({ batch, chosen }: Move, { moved, refused, taken }: Settled): StatusChange<Status> {
  const failed = refused + taken;
  const reason = taken > 0 ? 'IdTaken' : refused > 0 ? 'DocumentsRefused' : 'DocumentsChanged';
  return (status) => {
    const done = withMoved(withoutArchiveBatch(status, batch.id), batch.target, moved);
    if (failed === 0 && moved > 0) return done;
    return passing(done, batch, { reason, failed, left: chosen.size - moved });
  };
}
