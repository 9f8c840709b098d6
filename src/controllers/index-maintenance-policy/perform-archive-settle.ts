import { deleteDocuments } from '../../elasticsearch/bulk.ts';
import { incomplete } from '../../elasticsearch/errors.ts';
import { type DocumentKey, getDocuments, type StoredDocument } from '../../elasticsearch/multi-get.ts';
import { type Fate, fateOf } from './archival-fate.ts';
import { opaqueIdOf } from './perform-archive-copy.ts';
import { keyOf, type Move } from './perform-archive-documents.ts';
import { uuidsOf } from './perform-effect.ts';

/** How often documents that change all the while are looked at before the batch is left for the next pass. */
const ROUNDS = 5;

/** How many documents of a batch ended where. */
export interface Settled {
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
export async function settle(
  move: Move,
  keys: readonly DocumentKey[],
  ours: ReadonlySet<string>,
): Promise<Settled> {
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
