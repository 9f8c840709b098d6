import type { ElasticsearchError, ErrorClass } from '../../elasticsearch/errors.ts';
import type { Connection, ProbeFailure } from './observed.ts';

const REASONS: Partial<Readonly<Record<ErrorClass, string>>> = {
  unauthenticated: 'AuthenticationFailed',
  forbidden: 'MissingPrivileges',
  tls: 'TLSInvalid',
};

/** All that a probe asks for exists in every cluster: an Elasticsearch that is asked below a wrong path misses an index. */
const NO_SUCH_PATH: ReadonlySet<ErrorClass> = new Set(['notFound', 'indexNotFound']);

/** What a refused or lost probe says about the connection. All of it can become right without a change of the object. */
export function probeFailure(error: ElasticsearchError, resource: Connection): ProbeFailure {
  const reason = isOfStranger(error) ? 'Unreachable' : (REASONS[error.errorClass] ?? 'Unreachable');
  const message = reason === 'AuthenticationFailed' ? refusedLogin(resource) : refusedProbe(error, resource);
  return { type: 'reconciling', reason, message };
}

/** A 403 without a type is no answer of Elasticsearch: a proxy refuses, or another server answers. */
const isOfStranger = ({ errorClass, errorType }: ElasticsearchError): boolean =>
  errorClass === 'forbidden' && errorType === undefined;

/** Where, instead of which call: a person looks for the address, and the sentence stays the same whatever call failed. */
function refusedProbe(error: ElasticsearchError, { spec, metadata }: Connection): string {
  const { errorClass, sentence, endpoints = spec.endpoints } = error;
  const where = spec.eckRef
    ? `Elasticsearch ${metadata.namespace}/${spec.eckRef.name}`
    : (endpoints ?? []).join(', ');
  if (NO_SUCH_PATH.has(errorClass))
    return `${where}: what answers there has none of the paths of Elasticsearch (404); correct the address, or its path.`;
  if (isOfStranger(error))
    return `${where}: a proxy refuses the operator there, or what answers is not Elasticsearch (403); correct the address, or let the proxy pass the operator.`;
  if (errorClass === 'unknownOutcome')
    return `${where}: the answer was lost or unreadable. ${hintFor(where)}`;
  return `${where}: ${sentence}`;
}

/** With TLS 1.3 a certificate is judged after the handshake, and all that comes of it is the end of the connection. */
const hintFor = (where: string): string =>
  where.includes('http:')
    ? 'If it is a port with TLS, what answers there is no HTTP: write https:// in spec.endpoints.'
    : 'If Elasticsearch asks for client certificates, it closes the connection for one that is missing, expired or not trusted: see spec.auth.clientCertificate.';

function refusedLogin({ spec: { auth, eckRef }, metadata: { namespace } }: Connection): string {
  const method = auth?.basic ?? auth?.apiKey ?? auth?.bearer;
  if (auth?.clientCertificate !== undefined)
    return `Elasticsearch does not accept the client certificate of Secret ${namespace}/${auth.clientCertificate.secretRef.name} as a login; set up a PKI realm that trusts it.`;
  const secret =
    method?.secretRef.name ?? (eckRef === undefined ? undefined : `${eckRef.name}-es-elastic-user`);
  if (secret === undefined) return 'Elasticsearch wants a login and spec.auth names none; add one.';
  return `Elasticsearch does not accept the credentials in Secret ${namespace}/${secret}; correct them there, no restart is needed.`;
}
