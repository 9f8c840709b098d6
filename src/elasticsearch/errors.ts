/**
 * What an answer of Elasticsearch means, independent of version and wording. The table that assigns them is in
 * classify.ts; callers branch on the class and never on a status or text.
 */
export type ErrorClass =
  /** 404 of anything but an index or alias: a task, snapshot, repository, pipeline, search context. */
  | 'notFound'
  | 'indexNotFound'
  | 'aliasNotFound'
  | 'alreadyExists'
  /** Somebody else was first, or another operation holds the thing: read again. */
  | 'conflict'
  /** Elasticsearch refuses the request as such: the same request will not do better. */
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  /** 403 `cluster_block_exception`: somebody's block on the index, possibly ours. */
  | 'blocked'
  /** The flood-stage block. Nobody's decision; gone when disk is freed. */
  | 'diskFull'
  /** Queues or circuit breakers: come back with less. */
  | 'overloaded'
  /** No master, shards down, or a proxy without a backend. */
  | 'unavailable'
  /** 500 and whatever no rule knows. */
  | 'serverError'
  /** Our own deadline passed. */
  | 'timeout'
  /** No connection was made: refused, no route, no such host. Nothing was sent. */
  | 'unreachable'
  /** No trust or no handshake. Nothing was sent. */
  | 'tls'
  /** The request was sent and the answer is lost or unreadable. */
  | 'unknownOutcome'
  /** The other side answers, but is not Elasticsearch: a redirect, a login page, another product. */
  | 'notElasticsearch'
  /** The answer is longer than `maxResponseBytes`. */
  | 'tooLarge'
  /** A 2xx that does not cover everything: failed shards, timed out, missing nodes. Means unknown, never absent. */
  | 'incomplete';

export interface ElasticsearchErrorFields {
  readonly errorClass: ErrorClass;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Elasticsearch's own type, e.g. `index_not_found_exception`. */
  readonly errorType?: string | undefined;
  /** True when the request may have had an effect all the same: read the world, never resend. */
  readonly outcomeUnknown: boolean;
  /** Fit for status and events: fixed sentences, nothing from upstream but names checked by a strict pattern. */
  readonly publicMessage: string;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Elasticsearch's reason, shortened and without our secrets. For logs only. */
  readonly detail?: string | undefined;
  /** Those that failed like this. */
  readonly endpoints?: readonly string[] | undefined;
}

/** Thrown for everything that is not a complete, successful answer. */
export class ElasticsearchError extends Error implements ElasticsearchErrorFields {
  override readonly name = 'ElasticsearchError';
  readonly errorClass: ErrorClass;
  readonly status: number | undefined;
  readonly errorType: string | undefined;
  readonly outcomeUnknown: boolean;
  readonly publicMessage: string;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
  readonly endpoints: readonly string[] | undefined;

  constructor(fields: ElasticsearchErrorFields) {
    super(fields.publicMessage);
    this.errorClass = fields.errorClass;
    this.status = fields.status;
    this.errorType = fields.errorType;
    this.outcomeUnknown = fields.outcomeUnknown;
    this.publicMessage = fields.publicMessage;
    this.retryAfterMs = fields.retryAfterMs;
    this.detail = fields.detail;
    this.endpoints = fields.endpoints;
  }

  /**
   * The reason that Ready gives where the failure stays until a person acts. A 403 without a type is a proxy's, and may
   * pass by itself.
   */
  get lastingReason(): string | undefined {
    return this.errorClass === 'forbidden' && this.errorType !== undefined ? 'MissingPrivileges' : undefined;
  }

  /** The public message without the call that it begins with: the same for whatever call. */
  get sentence(): string {
    return this.publicMessage.replace(/^[A-Z]+ \/\S*: /, '');
  }

  /** The same within another sentence. */
  get clause(): string {
    return this.sentence.replace(/\.$/, '');
  }
}

/** The same failure, as one of these endpoints. */
export function failureOf(
  endpoints: readonly string[],
  fields: ElasticsearchErrorFields,
): ElasticsearchError {
  return new ElasticsearchError({ ...fields, endpoints });
}

/** True when `error` is an Elasticsearch error of one of the classes. */
export function isElasticsearchError(
  error: unknown,
  ...classes: readonly ErrorClass[]
): error is ElasticsearchError {
  return error instanceof ElasticsearchError && (classes.length === 0 || classes.includes(error.errorClass));
}

/** Elasticsearch itself has refused the request, for good. The answer of a proxy has no type of its own, and may pass. */
export function isRefusal(error: unknown): error is ElasticsearchError {
  return isElasticsearchError(error, 'invalid') && error.errorType !== undefined;
}

/**
 * Turns an expected absence into `undefined`.
 * @param classes what counts as absent; every other error is thrown on.
 */
export async function undefinedWhen<T>(
  classes: readonly ErrorClass[],
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isElasticsearchError(error, ...classes)) return undefined;
    throw error;
  }
}

/** An answer that does not cover everything, so that nothing may be decided from it. */
export function incomplete(subject: string, why: string): ElasticsearchError {
  return new ElasticsearchError({
    errorClass: 'incomplete',
    outcomeUnknown: false,
    publicMessage: `The answer about ${subject} is incomplete: ${why}. It is asked for again.`,
  });
}
