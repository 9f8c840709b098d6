import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { issueServerIdentity } from '../../../scripts/environment/certificates.ts';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { PrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import type { ElasticsearchClient } from '../../../src/elasticsearch/client.ts';
import { environment } from '../../support/environment.ts';
import { CANARY, LOGIN } from '../../support/canary.ts';
import { eventually } from '../../support/eventually.ts';
import { conditionOf, startBed } from './bed.ts';
import type { Bed } from './bed.ts';
import { startTlsFront } from './tls-front.ts';

let server: PrivateElasticsearch;
let admin: ElasticsearchClient;
let bed: Bed;
let ca: string;
let endpoints: readonly string[];

/** The port of ECK is always the same one: another run on this machine has another address. */
const eckAddress = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

/** Names of these tests; everything else is itself. */
const hosts: Readonly<Record<string, string>> = {
  'elasticsearch.example': '127.0.0.1',
  'metadata.example': '169.254.169.254',
};
const resolve = async (host: string) => {
  if (host.endsWith('-es-http.' + bed.namespace + '.svc')) return [eckAddress];
  const address = hosts[host];
  if (address === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return [address];
};

beforeAll(async () => {
  // Log-ins by certificate are not part of the basic licence.
  const settings = {
    'xpack.license.self_generated.type': 'trial',
    'xpack.security.http.ssl.client_authentication': 'optional',
    'xpack.security.authc.realms.pki.pki1.order': 5,
  };
  server = await startPrivateElasticsearch({ secure: true, settings });
  const { url, username = '', password = '', caFile = '' } = server.info;
  ca = readFileSync(caFile, 'utf8');
  endpoints = [url];
  const auth = { type: 'basic', username, password } as const;
  admin = createElasticsearch({
    endpoints,
    auth,
    tls: { ca },
    requestTimeoutMs: 30_000,
    maxResponseBytes: 1e7,
  });
  await newUser('operator', ['superuser']);
  bed = await startBed(environment().kubeconfig, resolve);
  await bed.configMap('ca', { 'ca.crt': ca });
  await bed.secret('ca', { 'ca.crt': ca });
  await bed.secret('operator', LOGIN);
});
afterAll(async () => {
  await bed?.stop();
  await admin?.close();
  await server?.stop();
});

const newUser = (name: string, roles: readonly string[]) =>
  admin.request({ method: 'PUT', path: `/_security/user/${name}`, body: { password: CANARY, roles } });
const newRole = (name: string, role: object) =>
  admin.request({ method: 'PUT', path: `/_security/role/${name}`, body: role });
const field = (answer: unknown, name: string) => String((answer as Record<string, unknown>)[name]);

const basic = (secret = 'operator') => ({ basic: { secretRef: { name: secret } } });
const tls = { caConfigMapRef: { name: 'ca', key: 'ca.crt' } };
const good = () => ({ endpoints, auth: basic(), tls });

describe('a connection', () => {
  it('shows the whole cluster', async () => {
    await admin.request({ method: 'PUT', path: '/orders/_doc/1', query: { refresh: true }, body: { a: 1 } });
    await bed.create('whole', good());
    const { status } = await bed.says('whole', 'Connected');
    expect(status).toMatchObject({
      clusterName: 'es-steward',
      clusterUUID: expect.stringMatching(/^[\w-]{22}$/),
      version: server.info.version,
      flavor: 'default',
      health: 'yellow',
      nodes: 1,
      dataNodes: 1,
      statistics: { indices: expect.any(Number), primaryDocuments: expect.any(Number) },
      largestIndices: expect.arrayContaining([expect.objectContaining({ name: 'orders', documents: 1 })]),
      repositories: [{ name: 'backups', type: 'fs', readOnly: false, verified: true }],
      missingPrivileges: [],
      activeOperations: [],
      queued: 0,
    });
  });

  it('verifies a repository whose name would be an expression elsewhere', async () => {
    const name = '-team:backups';
    const path = `/_snapshot/${encodeURIComponent(name)}`;
    await admin.request({ method: 'PUT', path, body: { type: 'fs', settings: { location: 'team' } } });
    await bed.create('odd', good());
    const { status } = await bed.says('odd', 'Connected');
    await admin.request({ method: 'DELETE', path });
    expect(status?.repositories).toContainEqual({ name, type: 'fs', readOnly: false, verified: true });
  });

  it('writes nothing while nothing changes, probe after probe', async () => {
    await bed.create('quiet', good());
    const before = await bed.says('quiet', 'Connected');
    const probes = bed.probes();
    // The first connection is probed as often.
    await eventually('two more probes of each', () => bed.probes() > probes + 3 || undefined, 60_000);
    expect((await bed.read('quiet')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it('tells of red health at once and of its recovery', async () => {
    await bed.create('health', good());
    await bed.says('health', 'Connected');
    const settings = { 'index.routing.allocation.require._name': 'nowhere' };
    await admin.request({
      method: 'PUT',
      path: '/lost',
      query: { wait_for_active_shards: 0, timeout: '1s' },
      body: { settings },
    });
    const healthIs = (status: string) =>
      eventually(
        `health is ${status}`,
        async () => conditionOf(await bed.read('health'), 'Healthy')?.status === status || undefined,
      );
    await healthIs('False');
    const { status } = await bed.read('health');
    expect(status?.health).toBe('red');
    expect(status?.unassignedShards).toBeGreaterThan(0);
    expect(conditionOf(await bed.read('health'), 'Ready')?.status).toBe('True');
    await admin.request({ method: 'DELETE', path: '/lost' });
    await healthIs('True');
    // The Event follows the status that it tells of.
    await vi.waitFor(() =>
      expect(bed.told).toContainEqual(
        expect.objectContaining({ name: 'health', reason: 'ClusterRecovered' }),
      ),
    );
  });
});

// What follows waits for probes, each test of a connection of its own: side by side.
describe.concurrent('logging in', () => {
  it('works by API key', async () => {
    const key = await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'operator' },
    });
    await bed.secret('api-key', { apiKey: field(key, 'encoded') });
    await bed.create('api-key', { endpoints, tls, auth: { apiKey: { secretRef: { name: 'api-key' } } } });
    await expect(bed.says('api-key', 'Connected')).resolves.toBeDefined();
  });

  it('works by token', async () => {
    const path = '/_security/service/elastic/fleet-server/credential/token/operator';
    const answer = (await admin.request({ method: 'POST', path })) as { token: unknown };
    await bed.secret('token', { token: field(answer.token, 'value') });
    await bed.create('token', { endpoints, tls, auth: { bearer: { secretRef: { name: 'token' } } } });
    const { status } = await bed.says('token', 'Connected');
    expect(status?.missingPrivileges).toContain('create_snapshot on the cluster');
  });

  it('works by client certificate', async () => {
    const folder = dirname(server.info.caFile ?? '');
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    await bed.secret('client', { 'tls.crt': read('server.crt'), 'tls.key': read('server.key') });
    const rules = { field: { username: '127.0.0.1' } };
    const mapping = { roles: ['superuser'], enabled: true, rules };
    await admin.request({ method: 'PUT', path: '/_security/role_mapping/operator', body: mapping });
    await bed.create('certificate', {
      endpoints,
      tls,
      auth: { clientCertificate: { secretRef: { name: 'client' } } },
    });
    await expect(bed.says('certificate', 'Connected')).resolves.toBeDefined();
  });

  it('tells what a refused client certificate looks like, which shows only in a closed connection', async () => {
    const { server: foreign } = issueServerIdentity('foreign', ['127.0.0.1'], new Date());
    await bed.secret('foreign', { 'tls.crt': foreign.certificate, 'tls.key': foreign.key });
    const auth = { clientCertificate: { secretRef: { name: 'foreign' } } };
    await bed.create('foreign', { endpoints, tls, auth });
    const refused = await bed.says('foreign', 'Unreachable');
    expect(conditionOf(refused, 'Ready')?.message).toContain('spec.auth.clientCertificate');
  });

  it('anonymously is refused with the cure', async () => {
    await bed.create('anonymous', { endpoints, tls });
    const refused = await bed.says('anonymous', 'AuthenticationFailed');
    expect(conditionOf(refused, 'Ready')?.message).toContain('spec.auth');
    expect(conditionOf(refused, 'Reconciling')?.status).toBe('True');
    expect(conditionOf(refused, 'Stalled')).toBeUndefined();
  });

  it('with a wrong password recovers within 60 s of the correction, at any probeInterval', async () => {
    await bed.secret('rotated', { username: 'operator', password: 'wrong-canary-52c1' });
    await bed.create('rotated', { ...good(), auth: basic('rotated'), probeInterval: '1h' });
    const refused = await bed.says('rotated', 'AuthenticationFailed');
    expect(conditionOf(refused, 'Ready')?.message).toContain('rotated');
    await bed.secret('rotated', { password: CANARY });
    await bed.says('rotated', 'Connected', 60_000);
  });

  it('waits for a Secret that is not there yet, and stops when it goes', async () => {
    await bed.create('late', { ...good(), auth: basic('late') });
    await bed.says('late', 'SecretNotFound');
    await bed.secret('late', LOGIN);
    await bed.says('late', 'Connected');
    const name = {
      kind: { group: '', version: 'v1', plural: 'secrets' },
      namespace: bed.namespace,
      name: 'late',
    };
    const uid = (await bed.api.get(name))?.metadata.uid ?? '';
    await bed.api.remove(name, { uid });
    await expect(bed.says('late', 'SecretNotFound', 60_000)).resolves.toBeDefined();
  });

  it('names the privileges that are missing', async () => {
    await newRole('watcher', { cluster: ['monitor'], indices: [{ names: ['app-*'], privileges: ['read'] }] });
    await newUser('watcher', ['watcher']);
    await bed.secret('watcher', { username: 'watcher', password: CANARY });
    const grants = [{ namespaces: ['team-a'], indices: ['app-*'], operations: ['Delete'] }];
    await bed.create('watcher', { ...good(), auth: basic('watcher'), grants });
    const { status } = await bed.says('watcher', 'Connected');
    expect(status?.missingPrivileges).toEqual(
      expect.arrayContaining(['create_snapshot on the cluster', 'delete_index on app-*']),
    );
    expect(status?.missingPrivileges).not.toContain('monitor on the cluster');
  });

  it('without the right to look is not ready, and says which right', async () => {
    await newUser('nobody', []);
    await bed.secret('nobody', { username: 'nobody', password: CANARY });
    await bed.create('nobody', { ...good(), auth: basic('nobody') });
    const { status } = await bed.says('nobody', 'MissingPrivileges');
    expect(status?.missingPrivileges).toContain('monitor on the cluster');
  });
});

describe.concurrent('trust', () => {
  it('may come from a Secret', async () => {
    await bed.create('ca-secret', { ...good(), tls: { caSecretRef: { name: 'ca' } } });
    await expect(bed.says('ca-secret', 'Connected')).resolves.toBeDefined();
  });

  it('is not given to an unknown authority', async () => {
    const { authority } = issueServerIdentity('stranger', ['127.0.0.1'], new Date());
    await bed.configMap('stranger', { 'ca.crt': authority });
    await bed.create('stranger', { ...good(), tls: { caConfigMapRef: { name: 'stranger', key: 'ca.crt' } } });
    await bed.says('stranger', 'TLSInvalid');
    await bed.create('system', { endpoints, auth: basic() });
    await bed.says('system', 'TLSInvalid');
    await bed.edit('system', { spec: { tls: { insecureSkipVerify: true } } });
    await expect(bed.says('system', 'Connected')).resolves.toBeDefined();
  });

  it('needs the right name, which serverName may give', async () => {
    const named = [(endpoints[0] ?? '').replace('127.0.0.1', 'elasticsearch.example')];
    await bed.create('named', { ...good(), endpoints: named });
    await bed.says('named', 'TLSInvalid');
    await bed.edit('named', { spec: { tls: { serverName: 'localhost' } } });
    await expect(bed.says('named', 'Connected')).resolves.toBeDefined();
  });

  it('follows a rotated authority', async () => {
    const issue = () => issueServerIdentity('front', ['127.0.0.1'], new Date());
    const [old, next] = [issue(), issue()];
    const front = await startTlsFront(old.server, server.info.url);
    await bed.configMap('front', { 'ca.crt': old.authority });
    const spec = { endpoints: [`https://127.0.0.1:${front.port}`], auth: basic() };
    await bed.create('front', { ...spec, tls: { caConfigMapRef: { name: 'front', key: 'ca.crt' } } });
    await bed.says('front', 'Connected');
    front.present(next.server);
    await bed.says('front', 'TLSInvalid');
    await bed.configMap('front', { 'ca.crt': next.authority });
    await bed.says('front', 'Connected', 60_000);
    await front.stop();
    await expect(bed.says('front', 'Unreachable')).resolves.toBeDefined();
  });
});

describe.concurrent('an Elasticsearch of ECK', () => {
  it('is found by its name alone', async () => {
    const host = `quick-es-http.${bed.namespace}.svc`;
    const { authority, server: identity } = issueServerIdentity('eck', [host], new Date());
    const front = await startTlsFront(identity, server.info.url, eckAddress, 9200);
    await bed.secret('quick-es-http-certs-public', { 'ca.crt': authority, 'tls.crt': identity.certificate });
    await newUser('elastic-twin', ['superuser']);
    await bed.secret('quick-es-elastic-user', { elastic: 'not the password of elastic' });
    await bed.create('eck', { eckRef: { name: 'quick' } });
    const refused = await bed.says('eck', 'AuthenticationFailed');
    expect(conditionOf(refused, 'Ready')?.message).toContain('quick-es-elastic-user');
    await bed.edit('eck', { spec: { auth: basic() } });
    await bed.says('eck', 'Connected');
    await front.stop();
  });
});

describe.concurrent('an endpoint', () => {
  it('without TLS is refused by the API server unless allowInsecure', async () => {
    const plain = { endpoints: ['http://127.0.0.1:9'] };
    await expect(bed.create('plain', plain)).rejects.toMatchObject({ status: 422 });
    await bed.create('plain', { ...plain, allowInsecure: true });
    const lost = await bed.says('plain', 'Unreachable');
    expect(conditionOf(lost, 'Healthy')?.status).toBe('Unknown');
  });

  it.each([
    ['literal', 'https://169.254.169.254'],
    ['disguised', 'https://[::ffff:a9fe:a9fe]'],
    ['behind-a-name', 'https://metadata.example'],
  ])('at the metadata service is refused: %s', async (name, endpoint) => {
    await bed.create(name, { endpoints: [endpoint] });
    const refused = await bed.says(name, 'EndpointRefused');
    expect(conditionOf(refused, 'Stalled')?.status).toBe('True');
  });

  it('that has no address is unreachable', async () => {
    await bed.create('nowhere', { endpoints: ['https://nowhere.example'] });
    await expect(bed.says('nowhere', 'Unreachable')).resolves.toBeDefined();
  });
});

describe.concurrent('another cluster behind the same address', () => {
  it('stops everything until exactly it is accepted', async () => {
    const { authority, server: identity } = issueServerIdentity('moved', ['127.0.0.1'], new Date());
    const front = await startTlsFront(identity, server.info.url);
    await bed.configMap('moved', { 'ca.crt': authority });
    const spec = { endpoints: [`https://127.0.0.1:${front.port}`], auth: basic() };
    await bed.create('moved', { ...spec, tls: { caConfigMapRef: { name: 'moved', key: 'ca.crt' } } });
    const first = await bed.says('moved', 'Connected');
    const use = {
      ref: { name: 'moved' },
      namespace: bed.namespace,
      operations: ['Maintain'],
      indices: ['a'],
    } as const;
    const signal = AbortSignal.timeout(60_000);
    const held = await bed.connections.use(use, signal);

    front.leadTo(environment().elasticsearch.url);
    const changed = await bed.says('moved', 'ClusterChanged');
    expect(changed.status?.clusterUUID).toBe(first.status?.clusterUUID);
    await expect(bed.connections.use(use, signal)).rejects.toMatchObject({ reason: 'ConnectionNotReady' });
    const write = { method: 'PUT', path: '/must-not-exist', body: {} } as const;
    await expect(held.es.request(write, signal)).rejects.toMatchObject({ reason: 'ConnectionNotReady' });

    const uuid = /Cluster (\S+) answers/.exec(conditionOf(changed, 'Ready')?.message ?? '')?.[1];
    const accept = (value: string | undefined) =>
      bed.edit('moved', { metadata: { annotations: { 'es-steward.dev/accept-cluster': value } } });
    await accept('another-uuid');
    await bed.says('moved', 'ClusterChanged');
    await accept(uuid);
    const accepted = await bed.says('moved', 'Connected');
    expect(accepted.status?.clusterUUID).toBe(uuid);
    expect(accepted.status?.replacedClusterUUID).toBe(first.status?.clusterUUID);
    expect((await bed.connections.use(use, signal)).clusterUuid).toBe(uuid);
    await front.stop();
  });
});

describe.concurrent('who may use a connection', () => {
  it('is said by its grants, which count at once', async () => {
    const team = await bed.newNamespace({ team: 'a' });
    await bed.create('shared', good());
    await bed.says('shared', 'Connected');
    const use = (indices: readonly string[]) =>
      bed.connections.use(
        {
          ref: { name: 'shared', namespace: bed.namespace },
          namespace: team,
          operations: ['Reindex'],
          indices,
        },
        AbortSignal.timeout(30_000),
      );
    await expect(use(['team-a-1'])).rejects.toMatchObject({ reason: 'NotGranted' });
    const grants = [
      { namespaceSelector: { matchLabels: { team: 'a' } }, indices: ['team-a-*'], operations: ['Reindex'] },
    ];
    await bed.edit('shared', { spec: { grants } });
    await bed.says('shared', 'Connected');
    await expect(use(['team-a-1'])).resolves.toMatchObject({ connection: { name: 'shared' } });
    await expect(use(['team-a-1', 'team-b-1'])).rejects.toMatchObject({ reason: 'NotGranted' });
    await expect(use(['team-a-1,orders'])).rejects.toMatchObject({ reason: 'NotGranted' });
    await bed.edit('shared', { spec: { grants: null } });
    await expect(use(['team-a-1'])).rejects.toMatchObject({ reason: 'NotGranted' });
  });

  it('is nobody while it is suspended, and probing goes on', async () => {
    await bed.create('suspended', good());
    await bed.says('suspended', 'Connected');
    await bed.edit('suspended', { spec: { suspend: true } });
    const suspended = await bed.says('suspended', 'Suspended');
    expect(conditionOf(suspended, 'Suspended')?.status).toBe('True');
    expect(conditionOf(suspended, 'Ready')?.message).toContain('Connected');
    const use = { ref: { name: 'suspended' }, namespace: bed.namespace, operations: [], indices: [] };
    await expect(bed.connections.use(use, AbortSignal.timeout(30_000))).rejects.toMatchObject({
      reason: 'ConnectionSuspended',
    });
    await bed.edit('suspended', { spec: { suspend: false } });
    await bed.says('suspended', 'Connected');
  });
});

describe('no secret', () => {
  it('is ever told', async () => {
    const kind = { group: 'es-steward.dev', version: 'v1alpha1', plural: 'elasticsearchconnections' };
    const { items } = await bed.api.list(kind, { namespace: bed.namespace });
    expect(items.length).toBeGreaterThan(20);
    const everything = JSON.stringify([items, bed.told]);
    for (const secret of [CANARY, Buffer.from(`operator:${CANARY}`).toString('base64')])
      expect(everything).not.toContain(secret);
  });
});
