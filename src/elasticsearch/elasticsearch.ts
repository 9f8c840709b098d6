/**
 * The one way to Elasticsearch: a request that is sent once, with a time limit and without retries of the client.
 * Every API module (indices.ts, tasks.ts, ...) is a function of this; tests and the crash harness wrap it.
 */
export interface Elasticsearch {
  /** Resolves with the parsed body of a 2xx answer; throws ElasticsearchError for everything else. */
  request(request: ElasticsearchRequest, signal?: AbortSignal): Promise<unknown>;
}

export interface ElasticsearchRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Starts with `/`; every part that comes from outside is encoded with encodeURIComponent. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** JSON, or a string of NDJSON lines. */
  readonly body?: unknown;
  /** `X-Opaque-Id`: joins the audit log, the task list and our own log. */
  readonly opaqueId?: string;
  /** Milliseconds; the connection's requestTimeout when absent. */
  readonly timeoutMs?: number;
  /** Of the answer, which is `tooLarge` beyond; what the client allows when absent. */
  readonly maxResponseBytes?: number;
  /** Statuses besides 2xx whose body is an answer, not an error: `_cluster/health` says 408 when it has waited. */
  readonly alsoAccept?: readonly number[];
}

/** Whether its method says that it changes nothing. A search is sent as POST and counts as a change, which does no harm. */
export const isRead = ({ method }: Pick<ElasticsearchRequest, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD';
