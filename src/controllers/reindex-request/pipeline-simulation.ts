import type { SimulatedDocument, SimulatedStep, SimulationResult } from '../../elasticsearch/ingest.ts';

/** What a pipeline may not do to a document of a copy, seen on one. */
export type SimulationFault = { readonly document: SimulatedDocument } & (
  | { readonly type: 'failed'; readonly errorType: string }
  | { readonly type: 'dropped' }
  | { readonly type: 'moved'; readonly field: Identity }
);

type Identity = '_id' | '_routing' | '_index';

/**
 * The first document that does not come out of the pipeline where it belongs.
 * @param failuresAllowed documents that fail are left out of the copy, which is asked for.
 */
export function faultIn(
  documents: readonly SimulatedDocument[],
  results: readonly SimulationResult[],
  failuresAllowed: boolean,
): SimulationFault | undefined {
  const faults = documents.flatMap((document, at) => faultOf(document, results[at]) ?? []);
  return faults.find(({ type }) => type !== 'failed' || !failuresAllowed);
}

function faultOf(
  document: SimulatedDocument,
  result: SimulationResult | undefined,
): SimulationFault | undefined {
  if (result?.type === 'failed') return { type: 'failed', document, errorType: result.errorType };
  if (result?.type === 'dropped') return { type: 'dropped', document };
  const field = result && movedField(document, result.document);
  return field && { type: 'moved', document, field };
}

function movedField(before: SimulatedDocument, after: SimulatedDocument): Identity | undefined {
  if (before.id !== after.id) return '_id';
  if (before.routing !== after.routing) return '_routing';
  return before.index === after.index ? undefined : '_index';
}

/** @param steps the way of that document through the pipeline. */
export function faultMessage(
  fault: SimulationFault,
  pipeline: string,
  steps: readonly SimulatedStep[],
): string {
  const { document } = fault;
  const said = (what: string, cure: string) =>
    `ingest pipeline ${pipeline} ${what}: ${cure}; nothing was changed`;
  if (fault.type === 'failed')
    return said(
      `fails on document ${document.id}${by(steps.findLast(({ failed }) => failed))} (${fault.errorType})`,
      'correct the pipeline or the document, then retry, or let onDocumentFailure.policy be Quarantine in a new request',
    );
  if (fault.type === 'dropped')
    return said(
      `drops document ${document.id}${by(steps.at(-1))}`,
      'counts could not prove such a copy; use spec.source.query in a new request',
    );
  const moves = (step: SimulatedStep) => step.document && movedField(document, step.document);
  return said(
    `changes ${fault.field} of document ${document.id}${by(steps.find(moves))}`,
    'a document keeps its place in a copy; take that out of the pipeline, then retry, or name another pipeline in a new request',
  );
}

function by(culprit: SimulatedStep | undefined): string {
  return culprit ? ` in its ${culprit.processor} processor` : '';
}
