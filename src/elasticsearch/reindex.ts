import { z } from 'zod';
import { ask, incompleteAnswer } from './ask.ts';
import { classifyAnswer } from './classify.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { reindexResult } from './reindex-result.ts';
import type { ReindexResult } from './reindex-result.ts';

/** Body of `_reindex`: source, dest, script, conflicts, max_docs. */
export type ReindexBody = Readonly<Record<string, unknown>>;

/**
 * Starts a copy on the server. It answers with a task even for a missing index, a missing privilege or a script that
 * does not compile: the outcome is in the task only.
 * @param options.opaqueId finds the task again when this answer is lost.
 * @param options.requestsPerSecond unlimited when absent.
 * @returns the task id.
 */
export async function startReindex(
  es: Elasticsearch,
  body: ReindexBody,
  options: { readonly opaqueId: string; readonly requestsPerSecond?: number },
  signal?: AbortSignal,
): Promise<string> {
  const query = { wait_for_completion: false, requests_per_second: options.requestsPerSecond ?? -1 };
  const request = { method: 'POST', path: '/_reindex', query, body, opaqueId: options.opaqueId } as const;
  return (await ask(es, request, z.object({ task: z.string() }), signal)).task;
}

/**
 * Copies and waits: for a handful of documents, to try a script or a mapping. Failures of documents are part of the
 * result, whatever status Elasticsearch gives them.
 * @throws ElasticsearchError `invalid` for a script that does not compile, `indexNotFound`, `forbidden`, ...
 */
export async function runReindex(
  es: Elasticsearch,
  body: ReindexBody,
  options: { readonly opaqueId?: string } = {},
  signal?: AbortSignal,
): Promise<ReindexResult> {
  const request: ElasticsearchRequest = {
    method: 'POST',
    path: '/_reindex',
    body,
    ...options,
    // The status is that of the worst failure; its body is a result all the same.
    alsoAccept: [400, 403, 404, 409, 429, 500, 503],
  };
  const answer = await es.request(request, signal);
  const result = reindexResult.safeParse(answer);
  if (result.success) return result.data;
  const status = z.object({ status: z.number() }).safeParse(answer);
  if (!status.success) throw incompleteAnswer(request, 'neither a result nor an error');
  throw classifyAnswer(request, { status: status.data.status, body: answer });
}
