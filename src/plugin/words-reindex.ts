import type { ReindexRequest } from '../crds/reindex-request.ts';
import { clause, counted, relative } from './words.ts';

/** How a copy is that nothing is wrong with. */
export function reindexWords(request: ReindexRequest, now: number): string {
  const { status = {} } = request;
  const { phase = 'Pending', progress, rollbackUntil, plan } = status;
  const way = wayOf(request);
  if (phase === 'Planned') return `${way}: the plan ${plan?.hash ?? ''} is ready`;
  if (phase === 'Completed' || phase === 'CleaningUp') return `${way}: ${doneWords(request)}`;
  if (phase === 'RollbackWindow') {
    const until = rollbackUntil === undefined ? '' : `; way back closes ${relative(rollbackUntil, now)}`;
    return `${way}: ${doneWords(request)}${until}`;
  }
  const left = progress?.remaining === undefined ? '' : `, ${progress.remaining} left`;
  const message = progress?.message ? `: ${clause(progress.message)}` : '';
  return `${way}: ${phase} ${progress?.display ?? '0%'}${left}${message}`;
}

/** `products-v1 to products-v2` */
export function wayOf({ spec, status = {} }: ReindexRequest): string {
  const from = status.source?.index ?? spec.source.index ?? spec.source.series ?? '?';
  return `${from} to ${spec.destination.index ?? spec.destination.series ?? '?'}`;
}

function doneWords({ status = {} }: ReindexRequest): string {
  const { progress, destination, aliasesMoved = [], writeOutage, series } = status;
  const documents = destination?.documents ?? progress?.completed;
  return (
    [
      ...(series === undefined ? [] : [counted(series.completed, 'index', 'indexes')]),
      ...(documents === undefined ? [] : [counted(documents, 'document')]),
      ...(aliasesMoved.length === 0 ? [] : [`${counted(aliasesMoved.length, 'alias', 'aliases')} moved`]),
      ...(writeOutage === undefined ? [] : [`writes stopped for ${writeOutage}`]),
    ].join(', ') || 'done'
  );
}
