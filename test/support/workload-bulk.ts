import { z } from 'zod';
import { ask } from '../../src/elasticsearch/ask.ts';
import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../src/elasticsearch/errors.ts';
import type { WorkloadDocument } from './workload-documents.ts';
import type { Operation } from './workload-record.ts';

/**
 * What became of one step. Refused: it has not happened, and the reason says why. Doubtful: it may have happened, or
 * may yet. Both are sent again.
 */
export type StepOutcome =
  | { readonly type: 'happened' }
  | { readonly type: 'refused'; readonly reason: ErrorClass }
  | { readonly type: 'doubtful' };

export interface BulkTarget {
  readonly es: Elasticsearch;
  /** Writers know the alias alone; without it Elasticsearch would create an index of its name. */
  readonly alias: string;
}

/** The document of a step, made anew for each try, as an application does that retries. */
export type DocumentOf = (version: number) => WorkloadDocument;

const itemResult = z.object({
  status: z.number(),
  error: z.object({ type: z.string(), reason: z.string().nullish() }).optional(),
});
type ItemResult = z.infer<typeof itemResult>;
const answerSchema = z.object({ items: z.array(z.record(z.string(), itemResult)) });

/**
 * Sends steps in one bulk request, once.
 * @returns an outcome per step, in their order.
 * @throws Error for an answer that no copy may cause, such as a document that does not fit the mapping.
 */
export async function sendBulk(
  { es, alias }: BulkTarget,
  operations: readonly Operation[],
  documentOf: DocumentOf,
): Promise<readonly StepOutcome[]> {
  const body = operations.map((operation) => linesOf(operation, documentOf)).join('');
  const path = `/${encodeURIComponent(alias)}/_bulk`;
  const request = { method: 'POST', path, query: { require_alias: true }, body } as const;
  try {
    const { items } = await ask(es, request, answerSchema);
    return operations.map((_, place) => outcomeOf(Object.values(items[place] ?? {})[0]));
  } catch (error) {
    const outcome = outcomeOfFailure(error);
    return operations.map(() => outcome);
  }
}

function linesOf(operation: Operation, documentOf: DocumentOf): string {
  const { id } = operation;
  if (operation.type === 'delete') return `${JSON.stringify({ delete: { _id: id } })}\n`;
  return `${JSON.stringify({ index: { _id: id } })}\n${JSON.stringify(documentOf(operation.version))}\n`;
}

/** The deletion of a document that is not there has happened as well. */
function outcomeOf(item: ItemResult | undefined): StepOutcome {
  if (item === undefined || item.status >= 500) return { type: 'doubtful' };
  if (item.error === undefined) return { type: 'happened' };
  if (item.status === 429) return { type: 'refused', reason: 'overloaded' };
  if (item.error.type === 'cluster_block_exception') return { type: 'refused', reason: 'blocked' };
  if (item.error.type === 'index_not_found_exception') return { type: 'refused', reason: 'indexNotFound' };
  throw new Error(`a write was refused for good: ${item.status} ${item.error.type} ${item.error.reason}`);
}

/** What passes by itself: a write block, a full disk or queue, a server that starts, an alias that is moved. */
const PASSING: ReadonlySet<ErrorClass> = new Set([
  'blocked',
  'diskFull',
  'overloaded',
  'unavailable',
  'unreachable',
  'indexNotFound',
]);

function outcomeOfFailure(error: unknown): StepOutcome {
  if (!(error instanceof ElasticsearchError)) throw error;
  if (error.outcomeUnknown) return { type: 'doubtful' };
  if (PASSING.has(error.errorClass)) return { type: 'refused', reason: error.errorClass };
  throw error;
}
