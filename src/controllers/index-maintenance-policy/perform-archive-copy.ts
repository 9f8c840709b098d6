import { incomplete } from '../../elasticsearch/errors.ts';
import type { ReindexFailure, ReindexResult } from '../../elasticsearch/reindex-result.ts';
import { runReindex } from '../../elasticsearch/reindex.ts';
import type { Hit } from '../../elasticsearch/search.ts';
import type { ArchiveBatch } from './actions.ts';
import { afterArchive, archivedBy } from './archive-places.ts';
import { holding, passingArchive } from './archive-steps.ts';
import { archiveOpaqueId } from './copies.ts';
import type { Status } from './observed.ts';
import type { OpenContext } from './perform-effect.ts';
import { type CompiledTarget, compileTargets } from './targets.ts';

export interface CopyContext extends OpenContext {
  readonly batch: ArchiveBatch;
}

export const opaqueIdOf = ({ batch, policy }: CopyContext): string =>
  archiveOpaqueId(policy.metadata.uid, batch.id);

/**
 * On the server, so that no number in a document is rounded. What is there already is never written over.
 * @returns whether Elasticsearch refuses the archive rather than documents, such as for a missing privilege.
 * @throws ElasticsearchError `incomplete` when the copy came to no end: nobody knows what the archive would have taken.
 */
export async function copyDocuments(copy: CopyContext, fresh: readonly Hit[]): Promise<boolean> {
  const { batch, cluster, pass } = copy;
  const target = targetOf(copy);
  if (fresh.length === 0 || target === undefined) return false;
  const versions = [
    { ids: { values: [...new Set(fresh.map(({ id }) => id))] } },
    // The versions that were read: what was written to since has another number.
    { terms: { _seq_no: [...new Set(fresh.map(({ seqNo }) => seqNo))] } },
    // Each shard counts by itself: a new version may have the number that another one was read with. It must belong here too.
    archivedBy(target, batch.destination, Date.parse(batch.cutoff)),
  ];
  const body = {
    conflicts: 'proceed',
    source: { index: batch.index, size: fresh.length, query: { bool: { filter: versions } } },
    dest: { index: batch.destination, op_type: 'create' },
  };
  const options = { opaqueId: opaqueIdOf(copy) };
  const result = await runReindex(cluster.es, body, options, pass.signal);
  tellFailures(copy, result);
  if (hasStopped(result))
    throw incomplete(`the copy from ${batch.index} to ${batch.destination}`, 'it stopped before its end');
  return result.failures.some(isForbidden);
}

const targetOf = ({ batch, policy }: CopyContext): CompiledTarget | undefined =>
  compileTargets(policy.spec).find(({ spec }) => spec.name === batch.target);

/** The archive takes none of the documents: those of other years may have one that does. */
export function passingRefused(status: Status, copy: CopyContext, left: number): Status {
  const { index, destination } = copy.batch;
  const reason = 'ArchivalRefused';
  const target = targetOf(copy);
  const after = target && afterArchive(target, destination);
  return after === undefined
    ? holding(status, index, reason, left)
    : passingArchive(status, index, { reason, seen: left, after });
}

function tellFailures({ batch, pass }: CopyContext, { canceled, timedOut, failures }: ReindexResult): void {
  if (canceled === undefined && !timedOut && failures.length === 0) return;
  const { index, destination } = batch;
  const told = failures.slice(0, 5).map(({ id, type, status }) => ({ id, type, status }));
  pass.log.warn(
    { why: failures.find(isForbidden)?.reason, index, destination, canceled, timedOut, failures: told },
    'documents could not be copied to the archive',
  );
}

const isForbidden = ({ status }: ReindexFailure): boolean => status === 403;

/** Somebody has cancelled it, or something failed that is not about the content of a document. */
const hasStopped = ({ canceled, timedOut, failures }: ReindexResult): boolean =>
  canceled !== undefined || timedOut || failures.some(isFault);

const isFault = ({ id, status = 500 }: ReindexFailure): boolean =>
  id === undefined || status === 429 || status >= 500;
