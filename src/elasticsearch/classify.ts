import { z } from 'zod';
import { causedBy } from './caused-by.ts';
import { connectFailure } from './connector.ts';
import { isRead } from './elasticsearch.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import type { ErrorClass } from './errors.ts';
import { publicMessage } from './public-messages.ts';

/** An answer with a status that the caller did not ask for. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON, or the text of whatever else came (an HTML page of a proxy, nothing). */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

interface Rule {
  readonly status?: readonly number[];
  /** Matches when any type in the answer is one of these: a search wraps its reason. */
  readonly type?: readonly string[];
  readonly reason?: RegExp;
  readonly errorClass: ErrorClass;
}

/** First match wins. Sources: the answers of 8.16 and 9.4 as recorded in classify.test.ts. */
const rules: readonly Rule[] = [
  { status: [301, 302, 303, 304, 307, 308], errorClass: 'notElasticsearch' },
  { status: [401], errorClass: 'unauthenticated' },
  { type: ['cluster_block_exception'], status: [503], errorClass: 'unavailable' },
  { type: ['cluster_block_exception'], status: [429], errorClass: 'diskFull' },
  // Block 12 is the flood stage; it was a 403 before it became a 429.
  { type: ['cluster_block_exception'], reason: /\/12\//, errorClass: 'diskFull' },
  { type: ['cluster_block_exception'], errorClass: 'blocked' },
  { status: [403], errorClass: 'forbidden' },
  { type: ['circuit_breaking_exception', 'es_rejected_execution_exception'], errorClass: 'overloaded' },
  { status: [429], errorClass: 'overloaded' },
  { type: ['index_not_found_exception'], errorClass: 'indexNotFound' },
  { type: ['aliases_not_found_exception'], errorClass: 'aliasNotFound' },
  // `GET _alias/x` answers with a plain string.
  { status: [404], reason: /^alias(es)? \[/, errorClass: 'aliasNotFound' },
  { status: [404, 410], errorClass: 'notFound' },
  { type: ['resource_already_exists_exception'], errorClass: 'alreadyExists' },
  { type: ['snapshot_name_already_in_use_exception'], errorClass: 'alreadyExists' },
  {
    type: ['invalid_snapshot_name_exception'],
    reason: /snapshot with the same name/,
    errorClass: 'alreadyExists',
  },
  {
    type: ['snapshot_in_progress_exception', 'concurrent_snapshot_execution_exception'],
    errorClass: 'conflict',
  },
  { status: [409], errorClass: 'conflict' },
  { status: [408, 502, 503, 504], errorClass: 'unavailable' },
];

/** Classifies an answer whose status is an error. Never throws, whatever the body is. */
export function classifyAnswer(request: ElasticsearchRequest, answer: Answer): ElasticsearchError {
  const error = readError(answer.body);
  const errorClass =
    rules.find((rule) => matches(rule, answer.status, error))?.errorClass ?? fallback(answer);
  const errorType = error.types[0];
  return new ElasticsearchError({
    errorClass,
    status: answer.status,
    errorType,
    outcomeUnknown: !isRead(request) && effectIsPossible(answer.status, error),
    publicMessage: publicMessage(errorClass, request, {
      status: answer.status,
      errorType,
      reason: error.reason,
    }),
    retryAfterMs: retryAfterMs(answer.headers),
    detail: error.reasons.join('; ').slice(0, 500) || undefined,
  });
}

/** Classifies what the client threw when there is no usable answer. */
export function classifyFailure(request: ElasticsearchRequest, cause: unknown): ElasticsearchError {
  const message = cause instanceof Error ? cause.message : '';
  const connect = connectFailure(message);
  const errorClass = connect?.errorClass ?? failureClass(cause);
  return new ElasticsearchError({
    errorClass,
    outcomeUnknown: connect === undefined && !isRead(request),
    publicMessage: publicMessage(errorClass, request, { code: connect?.code }),
  });
}

/** Our own deadline: the request may have been sent, and may still take effect. */
export function deadlinePassed(request: ElasticsearchRequest, timeoutMs: number): ElasticsearchError {
  return new ElasticsearchError({
    errorClass: 'timeout',
    outcomeUnknown: !isRead(request),
    publicMessage: publicMessage('timeout', request, { timeoutMs }),
  });
}

function matches(rule: Rule, status: number, error: UpstreamError): boolean {
  return (
    (rule.status === undefined || rule.status.includes(status)) &&
    (rule.type === undefined || rule.type.some((type) => error.types.includes(type))) &&
    (rule.reason === undefined || (error.reason !== undefined && rule.reason.test(error.reason)))
  );
}

function fallback({ status }: Answer): ErrorClass {
  return status >= 400 && status < 500 ? 'invalid' : 'serverError';
}

const failuresByName: Readonly<Record<string, ErrorClass>> = {
  ProductNotSupportedError: 'notElasticsearch',
  // Without a signal of ours the client aborts for one reason only: the answer is too long.
  RequestAbortedError: 'tooLarge',
  TimeoutError: 'timeout',
};

function failureClass(cause: unknown): ErrorClass {
  return (cause instanceof Error ? failuresByName[cause.name] : undefined) ?? 'unknownOutcome';
}

/** A proxy's page says nothing about what Elasticsearch did, and a 5xx may come after half of the work. */
function effectIsPossible(status: number, error: UpstreamError): boolean {
  return status >= 500 || status === 408 || error.reason === undefined;
}

interface UpstreamError {
  /** Outermost first, wrappers of searches last. */
  readonly types: readonly string[];
  readonly reason: string | undefined;
  /** All of them: the outermost one may only say that something failed. */
  readonly reasons: readonly string[];
}

const cause = z.object({
  type: z
    .string()
    .regex(/^[a-z_]{1,80}$/)
    .optional()
    .catch(undefined),
  reason: z.string().optional().catch(undefined),
});
const errorBody = z.object({
  error: z.union([
    z.string().transform((reason) => ({ type: undefined, reason, root_cause: [], caused_by: [] })),
    cause.extend({ root_cause: z.array(cause).catch([]), caused_by: causedBy }),
  ]),
});

function readError(body: unknown): UpstreamError {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return { types: [], reason: undefined, reasons: [] };
  const { error } = parsed.data;
  const wrapped = error.type === 'search_phase_execution_exception';
  const chain = wrapped ? [...error.root_cause, error] : [error, ...error.root_cause];
  const types = chain.flatMap(({ type }) => (type === undefined ? [] : [type]));
  const [reason, ...others] = chain.flatMap((one) => one.reason ?? []);
  const reasons = new Set([...(reason === undefined ? [] : [reason]), ...others, ...error.caused_by]);
  return { types, reason, reasons: [...reasons] };
}

/** Only the form in seconds: the other one needs both clocks to agree. */
function retryAfterMs(headers: Answer['headers']): number | undefined {
  const seconds = z
    .string()
    .regex(/^\d{1,5}$/)
    .safeParse(headers?.['retry-after']);
  return seconds.success ? Number(seconds.data) * 1000 : undefined;
}
