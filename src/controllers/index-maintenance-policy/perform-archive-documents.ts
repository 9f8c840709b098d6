import { type DocumentKey, getDocuments } from '../../elasticsearch/multi-get.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { documentsSince, type Hit } from '../../elasticsearch/search.ts';
import { documentFingerprint } from './fingerprints.ts';
import { oldDocuments } from './perform-archive-access.ts';
import type { CopyContext } from './perform-archive-copy.ts';

export interface Move extends CopyContext {
  /** Fingerprints of the documents of the batch. */
  readonly chosen: ReadonlySet<string>;
}

export const keyOf = ({ id, routing }: DocumentKey): string => JSON.stringify([id, routing]);

/** What is to be brought into one place. The order of the reads matters: see below. */
export async function findDocuments(move: Move, mayCopy: boolean) {
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
