import type { ElasticsearchError, ErrorClass } from '../../elasticsearch/errors.ts';
import type { Connection, ProbeFailure } from './observed.ts';

const REASONS: Partial<Readonly<Record<ErrorClass, string>>> = {
  unauthenticated: 'AuthenticationFailed',
  forbidden: 'MissingPrivileges',
  tls: 'TLSInvalid',
};

/** What a refused or lost probe says about the connection. All of it can become right without a change of the object. */
export function probeFailure(error: ElasticsearchError, { spec, metadata }: Connection): ProbeFailure {
  const reason = REASONS[error.errorClass] ?? 'Unreachable';
  const message =
    reason === 'AuthenticationFailed' ? refusedLogin(spec, metadata.namespace) : error.publicMessage;
  return { type: 'reconciling', reason, message };
}

function refusedLogin({ auth, eckRef }: Connection['spec'], namespace: string): string {
  const method = auth?.basic ?? auth?.apiKey ?? auth?.bearer;
  if (auth?.clientCertificate !== undefined)
    return `Elasticsearch does not accept the client certificate of Secret ${namespace}/${auth.clientCertificate.secretRef.name} as a login; set up a PKI realm that trusts it.`;
  const secret =
    method?.secretRef.name ?? (eckRef === undefined ? undefined : `${eckRef.name}-es-elastic-user`);
  if (secret === undefined) return 'Elasticsearch wants a login and spec.auth names none; add one.';
  return `Elasticsearch does not accept the credentials in Secret ${namespace}/${secret}; correct them there, no restart is needed.`;
}
