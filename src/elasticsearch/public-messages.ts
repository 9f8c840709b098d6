import type { ElasticsearchRequest } from './elasticsearch.ts';
import type { ErrorClass } from './errors.ts';

export interface MessageFacts {
  readonly status?: number | undefined;
  readonly errorType?: string | undefined;
  /** Elasticsearch's own words. Only names found by a strict pattern leave it. */
  readonly reason?: string | undefined;
  /** System or TLS error code of a failed connection. */
  readonly code?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * One stable sentence for status and events. Upstream text never passes: an endpoint could put anything in it,
 * another tenant's data included.
 */
export function publicMessage(
  errorClass: ErrorClass,
  request: ElasticsearchRequest,
  facts: MessageFacts,
): string {
  const call = `${request.method} ${request.path.slice(0, 200)}`;
  return `${call}: ${sentences[errorClass](facts)}`;
}

const sentences: Readonly<Record<ErrorClass, (facts: MessageFacts) => string>> = {
  notFound: (facts) => `not found${answered(facts)}.`,
  indexNotFound: () => 'the index does not exist.',
  aliasNotFound: () => 'the alias is not where it was expected.',
  alreadyExists: () => 'the name is taken already.',
  conflict: (facts) => `another operation was first${answered(facts)}.`,
  invalid: (facts) =>
    facts.errorType === 'index_closed_exception'
      ? 'the index is closed; open it.'
      : `Elasticsearch refuses the request${answered(facts)}.`,
  unauthenticated: () => 'Elasticsearch does not accept the credentials; check the Secret of the connection.',
  forbidden: missingPrivilege,
  blocked: () => 'a block on the index or cluster forbids this; whoever set it has to lift it.',
  diskFull: () => 'the flood-stage disk watermark blocks the index; free disk space.',
  overloaded: (facts) => `Elasticsearch is overloaded${answered(facts)}; tried again later.`,
  unavailable: (facts) => `Elasticsearch is not available${answered(facts)}; tried again later.`,
  serverError: (facts) => `Elasticsearch failed${answered(facts)}; its log says why.`,
  timeout: ({ timeoutMs }) =>
    `no answer within ${timeoutMs === undefined ? 'the limit' : `${timeoutMs} ms`}.`,
  unreachable: ({ code }) =>
    `no connection to the endpoint${code === undefined ? '' : ` (${code})`}; check its address and the network policy.`,
  tls: failedHandshake,
  unknownOutcome: () => 'the answer was lost or unreadable; what happened is read again.',
  notElasticsearch: (facts) =>
    `the endpoint does not answer as Elasticsearch${answered(facts)}; check its address.`,
  tooLarge: () => 'the answer is longer than the limit for answers.',
  incomplete: () => 'the answer is incomplete.',
};

function answered({ status, errorType }: MessageFacts): string {
  const words = [status, errorType].filter((word) => word !== undefined).join(' ');
  return words === '' ? '' : ` (${words})`;
}

/** What OpenSSL makes of a greeting that is none of TLS. */
const NO_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

function failedHandshake({ code }: MessageFacts): string {
  if (code !== undefined && NO_TLS.has(code))
    return `the server seems to speak plain HTTP (${code}); check the port, or use http:// with spec.allowInsecure.`;
  return `no TLS connection to the endpoint${code === undefined ? '' : ` (${code})`}; check the certificate authority and the server name of the connection, and its client certificate where one is asked for.`;
}

const deniedAction = /^action \[([a-z][a-z_:/*[\]]{1,120})\] is unauthorized /;
const grantedBy = /this action is granted by the (index|cluster) privileges \[([a-z_,:/*]{1,200})\]/;

/** Of a `security_exception`. @param facts.reason as Elasticsearch gives it */
export function missingPrivilege({ reason = '' }: Pick<MessageFacts, 'reason'>): string {
  const action = deniedAction.exec(reason)?.[1];
  if (action === undefined) return "the connection's user lacks a privilege for this.";
  const [, kind, privileges] = grantedBy.exec(reason) ?? [];
  const cure = kind === undefined ? '' : ` (granted by the ${kind} privileges ${privileges ?? ''})`;
  return `the connection's user lacks the privilege for ${action}${cure}.`;
}
