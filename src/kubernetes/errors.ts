/**
 * What an answer of the API server means for the caller. The table was taken from real servers (v1.33 to v1.37):
 * bodies may be a Status, plain text or nothing at all; `reason` is missing in several 500s.
 */
export type KubernetesErrorClass =
  /** No answer: socket, DNS or our own deadline. */
  | 'unavailable'
  /** The credentials were refused, also after a refresh. */
  | 'unauthorized'
  /** RBAC says no; retried slowly, a person must grant it. */
  | 'forbidden'
  /** The namespace or the CRD is being deleted: nothing can be created there any more. */
  | 'terminating'
  | 'notFound'
  /** The server does not know the path: its CRD is not installed. */
  | 'kindNotInstalled'
  | 'alreadyExists'
  /** Somebody wrote in between: read again, decide again. */
  | 'conflict'
  /** The resource version is too old: list again. */
  | 'expired'
  /** The same request will never be accepted. */
  | 'invalid'
  /** 429 or 503: nothing happened, always safe to send again. */
  | 'throttled'
  /** The server gave up waiting for its store: nobody knows whether the write happened. */
  | 'timeout'
  /** The CRD on the server does not fit this version of the operator. */
  | 'schemaSkew'
  /** The stream carried something that is not a watch event. */
  | 'malformed'
  | 'internal';

export interface KubernetesErrorFields {
  readonly class: KubernetesErrorClass;
  /** HTTP status, or the code of an ERROR event; 0 when there was no answer. */
  readonly status: number;
  /** `reason` of the Status object, '' when the server gave none. */
  readonly reason: string;
  /** The server's wish (Retry-After or details.retryAfterSeconds). */
  readonly retryAfterMs?: number;
  /** True when the request may have been carried out although it looks failed. Read before sending it again. */
  readonly outcomeUnknown: boolean;
}

export class KubernetesError extends Error implements KubernetesErrorFields {
  override readonly name = 'KubernetesError';
  readonly class: KubernetesErrorClass;
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly outcomeUnknown: boolean;
  /** Fit for a status or an event: no upstream text. */
  readonly publicMessage: string;

  constructor(request: string, message: string, fields: KubernetesErrorFields, options?: ErrorOptions) {
    super(`${request}: ${message}`, options);
    this.class = fields.class;
    this.status = fields.status;
    this.reason = fields.reason;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
    this.outcomeUnknown = fields.outcomeUnknown;
    this.publicMessage = `Kubernetes API: ${request}: ${summaryOf(fields)}`;
  }
}

function summaryOf({ status, reason }: KubernetesErrorFields): string {
  return status === 0 ? 'no answer' : `${status} ${reason}`.trim();
}

export function isKubernetesError(
  error: unknown,
  ...classes: readonly KubernetesErrorClass[]
): error is KubernetesError {
  return error instanceof KubernetesError && (classes.length === 0 || classes.includes(error.class));
}

/** What is known of a refused request before it is classified. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** A read leaves no unknown outcome behind. */
  readonly mutating: boolean;
}

/** Only what the table looks at; everything may be absent. */
interface StatusBody {
  readonly message: string;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly namesObject: boolean;
  readonly causes: readonly string[];
}

/** Turns a refused request into an error. `request` says what was asked, for example `PATCH reindexrequests`. */
export function refusalError(request: string, refusal: Refusal): KubernetesError {
  const body = parseStatus(refusal.body);
  const errorClass = classify(refusal, body);
  const retryAfterMs = retryAfter(refusal.retryAfter, body);
  return new KubernetesError(request, `${refusal.status} ${body.message}`.trim(), {
    class: errorClass,
    status: refusal.status,
    reason: body.reason,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    outcomeUnknown: refusal.mutating && (errorClass === 'timeout' || errorClass === 'internal'),
  });
}

/** No answer at all: a broken socket, a name that does not resolve, or our own deadline. */
export function unavailableError(request: string, cause: unknown, mutating: boolean): KubernetesError {
  const code = codeOf(cause);
  return new KubernetesError(
    request,
    cause instanceof Error ? cause.message : 'no answer',
    { class: 'unavailable', status: 0, reason: code, outcomeUnknown: mutating && !NOT_SENT.has(code) },
    { cause },
  );
}

export function malformedError(request: string, what: string, cause?: unknown): KubernetesError {
  return new KubernetesError(
    request,
    what,
    { class: 'malformed', status: 0, reason: 'Malformed', outcomeUnknown: false },
    cause === undefined ? undefined : { cause },
  );
}

/** Failures that come before the first byte of the request. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : codeOf(error.cause);
}

function classify({ status }: Refusal, body: StatusBody): KubernetesErrorClass {
  if (status === 403) return isTerminating(body) ? 'terminating' : 'forbidden';
  if (status === 404) return body.namesObject ? 'notFound' : 'kindNotInstalled';
  if (status === 409) return body.reason === 'AlreadyExists' ? 'alreadyExists' : 'conflict';
  if (status === 500) return classifyInternal(body.message);
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'internal');
}

const BY_STATUS: Readonly<Record<number, KubernetesErrorClass>> = {
  401: 'unauthorized',
  410: 'expired',
  429: 'throttled',
  503: 'throttled',
  502: 'timeout',
  504: 'timeout',
};

function isTerminating({ message, causes }: StatusBody): boolean {
  return (
    causes.includes('NamespaceTerminating') ||
    message.includes('create not allowed while custom resource definition is terminating')
  );
}

/** These four texts are the only ones that mean something here: the server gives no reason with them. */
function classifyInternal(message: string): KubernetesErrorClass {
  if (message.includes('etcdserver: request is too large')) return 'invalid';
  if (message.startsWith('failed to create typed patch object')) return 'schemaSkew';
  if (message.startsWith('request to convert CR')) return 'schemaSkew';
  if (message.startsWith('rpc error:') || message.startsWith('etcdserver:')) return 'timeout';
  return 'internal';
}

function retryAfter(header: string | undefined, body: StatusBody): number | undefined {
  const seconds = body.retryAfterSeconds ?? (header === undefined ? undefined : Number(header));
  return seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function parseStatus(text: string): StatusBody {
  const status = parseObject(text);
  if (status === undefined)
    return { message: text.trim().slice(0, 300), reason: '', namesObject: false, causes: [] };
  const details = asObject(status['details']);
  const seconds = details?.['retryAfterSeconds'];
  return {
    message: asString(status['message']),
    reason: asString(status['reason']),
    namesObject: asString(details?.['name']) !== '',
    causes: causeReasons(details?.['causes']),
    ...(typeof seconds === 'number' ? { retryAfterSeconds: seconds } : {}),
  };
}

function causeReasons(causes: unknown): readonly string[] {
  return Array.isArray(causes) ? causes.map((cause: unknown) => asString(asObject(cause)?.['reason'])) : [];
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>) // any JSON object is a record
    : undefined;
}

const asString = (value: unknown): string => (typeof value === 'string' ? value : '');
