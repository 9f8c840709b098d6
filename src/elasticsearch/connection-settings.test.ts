import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { elasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { readSettings } from './connection-settings.ts';
import type { ConnectionReads, StoredKeys } from './connection-settings.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n';

function connection(spec: object, generation = 1): ElasticsearchConnection {
  const metadata = {
    name: 'main',
    namespace: 'db',
    uid: 'u1',
    resourceVersion: '1',
    generation,
    creationTimestamp: '',
  };
  return { apiVersion: '', kind: '', metadata, spec: elasticsearchConnection.spec.parse(spec) };
}

const stored = (data: Record<string, string>, resourceVersion = '1'): StoredKeys => ({
  uid: 'stored',
  resourceVersion,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)])),
});

const reads = (
  secrets: Record<string, StoredKeys>,
  configMaps: Record<string, StoredKeys> = {},
): ConnectionReads => ({
  secret: async (namespace, name) => secrets[`${namespace}/${name}`],
  configMap: async (namespace, name) => configMaps[`${namespace}/${name}`],
});

const settings = (spec: object, from = reads({})) =>
  readSettings(connection(spec), from, new AbortController().signal);

const endpoints = ['https://es.example:9200'];
const secretRef = { name: 'es' };

describe('a client certificate', () => {
  /** Of a key that nobody has any more. */
  const certificate = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUPjj4LHdOoTTC2bMp1svQXsaDTt8wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIb3BlcmF0b3IwIBcNMjYxMTI3MDAwMjM1WhgPMjEyNjExMDMw
MDAyMzVaMBMxETAPBgNVBAMMCG9wZXJhdG9yMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAELMYr/lYTypIK6cuKNBsJGbNPP7p9w0f03LGhXuAmZnk/14UIW+F8fS47
NvtzrKYb5ZarzifTuQrk6Hm4boWBDaNTMFEwHQYDVR0OBBYEFMRhx0xdrbEgTvQn
zmsJwJAKcotaMB8GA1UdIwQYMBaAFMRhx0xdrbEgTvQnzmsJwJAKcotaMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJyEFWJiC6rYq3tumjglX2Kv
/MBQgzTDyIYdmrPcqxynAiAjeoL8EPn8FOC04uDUE6MYb9Z/Sx6rSb5/Q2fcjw/w
Gw==
-----END CERTIFICATE-----`;

  it('with the key of another one is named with its Secret', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const from = reads({ 'db/es': stored({ 'tls.crt': certificate, 'tls.key': key }) });
    const wrong = settings({ endpoints, auth: { clientCertificate: { secretRef } } }, from);
    await expect(wrong).rejects.toMatchObject({
      reason: 'TLSInvalid',
      message: expect.stringMatching(/db\/es tls.key does not belong to tls.crt/),
    });
  });
});

describe('the login', () => {
  it('is anonymous when none is asked for', async () => {
    expect((await settings({ endpoints })).auth).toEqual({ type: 'none' });
  });

  it.each([
    [
      { basic: { secretRef } },
      { username: 'u', password: 'p' },
      { type: 'basic', username: 'u', password: 'p' },
    ],
    [
      { basic: { secretRef, usernameKey: 'a', passwordKey: 'b' } },
      { a: 'u', b: 'p\n' },
      { type: 'basic', username: 'u', password: 'p' },
    ],
    [{ apiKey: { secretRef } }, { apiKey: 'k==\r\n' }, { type: 'apiKey', apiKey: 'k==' }],
    [{ bearer: { secretRef, key: 't' } }, { t: 'token' }, { type: 'bearer', token: 'token' }],
    [{ bearer: { secretRef, key: 't' } }, { t: '\ufefftoken \n' }, { type: 'bearer', token: 'token' }],
  ])('%j is read from its keys, without a trailing line end', async (auth, data, expected) => {
    const from = reads({ 'db/es': stored(data) });
    expect((await settings({ endpoints, auth }, from)).auth).toEqual(expected);
  });

  it.each([
    ['a whole answer', { apiKey: '{\n  "encoded": "a2V5"\n}' }, { apiKey: { secretRef } }],
    ['two lines', { apiKey: 'a2V5\na2V5' }, { apiKey: { secretRef } }],
    ['a typographic sign', { token: 'to\u2011ken' }, { bearer: { secretRef } }],
  ])('that cannot be sent is named, and no word of it told: %s', async (_, data, auth) => {
    const from = reads({ 'db/es': stored(data) });
    const [key = ''] = Object.keys(data);
    await expect(settings({ endpoints, auth }, from)).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining(`The key "${key}" of Secret db/es`),
    });
    await expect(settings({ endpoints, auth }, from)).rejects.not.toMatchObject({
      message: expect.stringContaining('a2V5'),
    });
  });

  it('by certificate goes into the handshake', async () => {
    const from = reads({ 'db/es': stored({ 'tls.crt': PEM, 'tls.key': 'key' }) });
    const { auth, tls } = await settings({ endpoints, auth: { clientCertificate: { secretRef } } }, from);
    expect(auth).toEqual({ type: 'none' });
    expect(tls).toMatchObject({ cert: PEM.trim(), key: 'key' });
  });
});

describe('what is missing', () => {
  const auth = { basic: { secretRef } };
  it.each([
    ['the Secret', reads({})],
    ['a Secret of another namespace only', reads({ 'other/es': stored({ username: 'u', password: 'p' }) })],
    ['a key', reads({ 'db/es': stored({ username: 'u' }) })],
    ['a value', reads({ 'db/es': stored({ username: 'u', password: '\n' }) })],
  ])('%s: SecretNotFound, and never anonymous', async (_, from) => {
    await expect(settings({ endpoints, auth }, from)).rejects.toMatchObject({ reason: 'SecretNotFound' });
  });

  it('is named, without any value', async () => {
    const from = reads({ 'db/es': stored({ username: 'user-name' }) });
    const message = await settings({ endpoints, auth }, from).catch(String);
    expect(message).toMatch(/Secret db\/es.*"password"/);
    expect(message).not.toContain('user-name');
  });

  it('a ConfigMap or certificate is told as such', async () => {
    const tls = { caConfigMapRef: { name: 'ca' } };
    await expect(settings({ endpoints, tls })).rejects.toMatchObject({ reason: 'SecretNotFound' });
    const from = reads({}, { 'db/ca': stored({ 'ca.crt': 'no certificate' }) });
    await expect(settings({ endpoints, tls }, from)).rejects.toMatchObject({ reason: 'TLSInvalid' });
  });
});

describe('trust', () => {
  it('comes from a Secret or a ConfigMap', async () => {
    const from = reads({ 'db/ca': stored({ 'ca.crt': PEM }) }, { 'db/map': stored({ 'bundle.pem': PEM }) });
    const bySecret = await settings(
      { endpoints, tls: { caSecretRef: { name: 'ca' }, serverName: 'es' } },
      from,
    );
    expect(bySecret.tls).toMatchObject({ ca: PEM.trim(), serverName: 'es', insecureSkipVerify: false });
    const caConfigMapRef = { name: 'map', key: 'bundle.pem' };
    expect((await settings({ endpoints, tls: { caConfigMapRef } }, from)).tls).toMatchObject({
      ca: PEM.trim(),
    });
  });
});

describe('an Elasticsearch of ECK', () => {
  const made = {
    'db/quick-es-http-certs-public': stored({ 'ca.crt': PEM, 'tls.crt': PEM }),
    'db/quick-es-elastic-user': stored({ elastic: 'secret' }),
  };
  const eckRef = { name: 'quick' };

  it('asks for the Elasticsearch that would make the Secret, and for no Secret', async () => {
    const lost = settings({ eckRef });
    await expect(lost).rejects.toThrow(/is there an Elasticsearch db\/quick.*spec.eckRef.name/);
    await expect(lost).rejects.not.toThrow(/create it/);
  });

  it('is reached by the Service and Secrets that ECK makes', async () => {
    expect(await settings({ eckRef }, reads(made))).toMatchObject({
      endpoints: ['https://quick-es-http.db.svc:9200'],
      auth: { type: 'basic', username: 'elastic', password: 'secret' },
      tls: { ca: PEM.trim(), insecureSkipVerify: false },
    });
  });

  it('may be used with a login and an authority of its own', async () => {
    const from = reads({
      ...made,
      'db/es': stored({ apiKey: 'k' }),
      'db/ca': stored({ 'ca.crt': `${PEM}${PEM}` }),
    });
    const spec = { eckRef, auth: { apiKey: { secretRef } }, tls: { caSecretRef: { name: 'ca' } } };
    const { auth, tls } = await settings(spec, from);
    expect(auth).toEqual({ type: 'apiKey', apiKey: 'k' });
    expect(tls.ca).toBe(`${PEM}${PEM}`.trim());
  });
});

describe('the identity', () => {
  const auth = { basic: { secretRef } };
  const from = (resourceVersion: string) =>
    reads({ 'db/es': stored({ username: 'u', password: 'p' }, resourceVersion) });
  const identity = async (spec: object, version = '1') => (await settings(spec, from(version))).identity;

  it('changes with a Secret, the endpoints, the timeout, and nothing else', async () => {
    const first = await identity({ endpoints, auth });
    expect(await identity({ endpoints, auth, suspend: true, probeInterval: '1m' })).toBe(first);
    expect(await identity({ endpoints, auth }, '2')).not.toBe(first);
    expect(await identity({ endpoints: ['https://other'], auth })).not.toBe(first);
    expect(await identity({ endpoints, auth, requestTimeout: '5s' })).not.toBe(first);
    expect(await identity({ endpoints, auth, tls: { insecureSkipVerify: true } })).not.toBe(first);
  });

  it('holds no secret', async () => {
    expect(await identity({ endpoints, auth })).not.toContain('"p"');
  });
});
