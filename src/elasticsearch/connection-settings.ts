import { createSecureContext } from 'node:tls';
import type {
  ElasticsearchConnection,
  ElasticsearchConnectionSpec,
} from '../crds/elasticsearch-connection.ts';
import { milliseconds } from '../crds/duration.ts';
import { WaitingError } from '../runtime/errors.ts';
import type { Authentication } from './authentication.ts';
import type { TlsSettings } from './connector.ts';

/** A Secret or ConfigMap. */
export interface StoredKeys {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, Buffer>>;
}

type ReadStored = (namespace: string, name: string, signal?: AbortSignal) => Promise<StoredKeys | undefined>;

export interface ConnectionReads {
  readonly secret: ReadStored;
  readonly configMap: ReadStored;
}

export interface ConnectionSettings {
  /** Changes exactly when a client made of these settings must be replaced. Holds no secret. */
  readonly identity: string;
  readonly endpoints: readonly string[];
  readonly auth: Authentication;
  readonly tls: TlsSettings;
  /** Milliseconds for one request. */
  readonly requestTimeoutMs: number;
}

/** Where the spec says what it says, after an eckRef is written out. */
type Access = Pick<ElasticsearchConnectionSpec, 'auth' | 'tls'> & {
  readonly endpoints: readonly string[];
  /** The user that goes with a password that comes without one. */
  readonly user?: string;
};

const LOOK_AGAIN_MS = 15_000;

/**
 * The spec, with everything it refers to in its own namespace.
 * @throws WaitingError SecretNotFound when a Secret, a ConfigMap or a key in it is missing or empty; TLSInvalid when it
 * holds no certificate or another key's; AuthenticationFailed when a key or token could not be sent.
 */
export async function readSettings(
  { metadata, spec }: ElasticsearchConnection,
  reads: ConnectionReads,
  signal: AbortSignal,
): Promise<ConnectionSettings> {
  const { namespace } = metadata;
  const access = spec.eckRef === undefined ? plainAccess(spec) : eckAccess(namespace, spec.eckRef.name, spec);
  const seen: string[] = [];
  const read = recordingReader({ namespace, eckName: spec.eckRef?.name }, reads, seen, signal);
  const [auth, tls] = await Promise.all([
    readAuthentication(access, read, namespace),
    readTls(access, read, namespace),
  ]);
  const parts = [metadata.uid, access, spec.requestTimeout, spec.allowInsecure, seen.toSorted()];
  return {
    identity: JSON.stringify(parts),
    endpoints: access.endpoints,
    auth,
    tls,
    requestTimeoutMs: milliseconds(spec.requestTimeout),
  };
}

function plainAccess({ endpoints = [], auth, tls }: ElasticsearchConnectionSpec): Access {
  return { endpoints, ...(auth && { auth }), ...(tls && { tls }) };
}

/**
 * What Elastic Cloud on Kubernetes makes for an Elasticsearch `name`: a Service, a Secret with its certificates and one
 * with the password of the user `elastic`. What the spec says of auth and tls wins.
 * Source: "Access the Elasticsearch endpoint" and "ECK-managed credentials" in its documentation.
 */
function eckAccess(namespace: string, name: string, { auth, tls }: ElasticsearchConnectionSpec): Access {
  const ownAuth = Object.values(auth ?? {}).some((method) => method !== undefined);
  const ownCa = tls?.caSecretRef !== undefined || tls?.caConfigMapRef !== undefined;
  const userSecret = {
    secretRef: { name: `${name}-es-elastic-user` },
    usernameKey: 'username',
    passwordKey: 'elastic',
  };
  const caSecretRef = { name: `${name}-es-http-certs-public`, key: 'ca.crt' };
  return {
    endpoints: [`https://${name}-es-http.${namespace}.svc:9200`],
    auth: ownAuth ? auth : { basic: userSecret },
    tls: ownCa ? tls : { insecureSkipVerify: false, ...tls, caSecretRef },
    ...(ownAuth ? {} : { user: 'elastic' }),
  };
}

/** What Elastic Cloud on Kubernetes makes nobody else should make. */
export const eckCure = (namespace: string, name: string): string =>
  `is there an Elasticsearch ${namespace}/${name} of ECK, and does the operator run in its Kubernetes cluster? Correct spec.eckRef.name if it is called otherwise.`;

interface KeyRef {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
}
type ReadKey = (ref: KeyRef) => Promise<string>;

function recordingReader(
  { namespace, eckName }: { readonly namespace: string; readonly eckName: string | undefined },
  reads: ConnectionReads,
  seen: string[],
  signal: AbortSignal,
): ReadKey {
  return async ({ kind, name, key }) => {
    const stored = await (kind === 'Secret' ? reads.secret : reads.configMap)(namespace, name, signal);
    const title = `${kind} ${namespace}/${name}`;
    if (stored === undefined)
      throw notFound(
        eckName !== undefined && name.startsWith(`${eckName}-es-`)
          ? `${title} does not exist; ${eckCure(namespace, eckName)}`
          : `${title} does not exist; create it or name another one in the spec.`,
      );
    seen.push(`${kind} ${stored.uid} ${stored.resourceVersion}`);
    // A line end that an editor or `echo` left is never part of a credential, and illegal in a header.
    const value = stored.data[key]?.toString('utf8').replace(/[\r\n]+$/, '') ?? '';
    if (value === '')
      throw notFound(`${title} has no value under the key "${key}"; add it or name another key in the spec.`);
    return value;
  };
}

function notFound(message: string): WaitingError {
  return new WaitingError('SecretNotFound', message, LOOK_AGAIN_MS);
}

async function readAuthentication(
  { auth, user }: Access,
  read: ReadKey,
  namespace: string,
): Promise<Authentication> {
  const secret = ({ name }: { readonly name: string }, key: string) => read({ kind: 'Secret', name, key });
  if (auth?.basic !== undefined) {
    const { secretRef, usernameKey, passwordKey } = auth.basic;
    const username = user ?? (await secret(secretRef, usernameKey));
    return { type: 'basic', username, password: await secret(secretRef, passwordKey) };
  }
  if (auth?.apiKey !== undefined)
    return { type: 'apiKey', apiKey: await readToken(auth.apiKey, read, namespace) };
  if (auth?.bearer !== undefined)
    return { type: 'bearer', token: await readToken(auth.bearer, read, namespace) };
  return { type: 'none' };
}

/** What a header can carry. A whole answer of Elasticsearch, or a key out of a text with typographic signs, it cannot. */
const SENDABLE = /^[\x21-\x7e]+$/;

async function readToken(
  { secretRef: { name }, key }: { readonly secretRef: { readonly name: string }; readonly key: string },
  read: ReadKey,
  namespace: string,
): Promise<string> {
  // Around it blanks or a byte order mark are never part of it.
  const token = (await read({ kind: 'Secret', name, key })).trim();
  if (SENDABLE.test(token)) return token;
  const message = `The key "${key}" of Secret ${namespace}/${name} holds something else than one API key or token: there are blanks, line ends or characters outside of ASCII in it. Put in the value alone, such as "encoded" of the answer to POST _security/api_key.`;
  throw new WaitingError('AuthenticationFailed', message, LOOK_AGAIN_MS);
}

async function readTls({ auth, tls }: Access, read: ReadKey, namespace: string): Promise<TlsSettings> {
  const ca = await readAuthority(tls, read);
  const client = await readClientCertificate(auth, read, namespace);
  return {
    ...client,
    ...(ca === undefined ? {} : { ca }),
    ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
    insecureSkipVerify: tls?.insecureSkipVerify ?? false,
  };
}

async function readAuthority(tls: Access['tls'], read: ReadKey): Promise<string | undefined> {
  if (tls?.caSecretRef !== undefined) return readCertificates({ kind: 'Secret', ...tls.caSecretRef }, read);
  if (tls?.caConfigMapRef !== undefined)
    return readCertificates({ kind: 'ConfigMap', ...tls.caConfigMapRef }, read);
  return undefined;
}

async function readClientCertificate(auth: Access['auth'], read: ReadKey, namespace: string) {
  if (auth?.clientCertificate === undefined) return {};
  const { name } = auth.clientCertificate.secretRef;
  const cert = await readCertificates({ kind: 'Secret', name, key: 'tls.crt' }, read);
  const key = await read({ kind: 'Secret', name, key: 'tls.key' });
  if (!areOfEachOther(cert, key)) {
    const message = `In Secret ${namespace}/${name} tls.key does not belong to tls.crt; put in the certificate and the key that was made for it.`;
    throw new WaitingError('TLSInvalid', message, LOOK_AGAIN_MS);
  }
  return { cert, key };
}

/** What cannot be read at all is told when the client is made. */
function areOfEachOther(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return !/^ERR_OSSL_X509_KEY_(VALUES|TYPE)_MISMATCH$/.test(code);
  }
  return true;
}

async function readCertificates(ref: KeyRef, read: ReadKey): Promise<string> {
  const pem = await read(ref);
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  const message = `The key "${ref.key}" of ${ref.kind} ${ref.name} holds no certificate in PEM form.`;
  throw new WaitingError('TLSInvalid', message, LOOK_AGAIN_MS);
}
