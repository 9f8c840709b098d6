import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, failure, startScenarioElasticsearch } from '../../test/support/scenario-elasticsearch.ts';
import type { ScenarioElasticsearch } from '../../test/support/scenario-elasticsearch.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { ManualClock } from '../../test/support/manual-clock.ts';
import { elasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { StoredKeys } from './connection-settings.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import type { Use } from './connection-use.ts';

const signal = new AbortController().signal;
let server: ScenarioElasticsearch;
let clock: ManualClock;
let connections: Connections;
/** What the cluster says it is. */
let uuid: string;
let password: string;
/** What Kubernetes holds. */
let connection: ElasticsearchConnection | undefined;
let secret: StoredKeys | undefined;
let secretReads: number;
/** What DNS says of every name; undefined: nothing. */
let address: string | undefined;

beforeEach(async () => {
  uuid = 'uuid-1';
  password = 'right';
  server = await startScenarioElasticsearch(({ path, headers }) => {
    const login = Buffer.from(`operator:${password}`).toString('base64');
    if (headers.authorization !== `Basic ${login}`) return failure(401, 'security_exception');
    const info = { cluster_name: 'es', cluster_uuid: uuid, version: { number: '9.4.3' } };
    return json(path === '/' ? info : { acknowledged: true });
  });
  clock = manualClock();
  connection = resource();
  secret = credentials('right', '1');
  secretReads = 0;
  address = undefined;
  connections = createConnections({
    source: {
      connection: async (namespace, name) =>
        connection?.metadata.namespace === namespace && connection.metadata.name === name
          ? connection
          : undefined,
      secret: async () => {
        secretReads += 1;
        return secret;
      },
      configMap: async () => undefined,
      namespaceLabels: async () => ({ team: 'a' }),
    },
    clock,
    watchNamespaces: ['db', 'team-a'],
    allowedEndpoints: [],
    inCluster: false,
    resolve: async () => {
      if (address === undefined) throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      return [address];
    },
    protectedIndices: ['flagged-*'],
  });
});
afterEach(async () => {
  await connections.close();
  await server.stop();
});

const credentials = (password: string, resourceVersion: string): StoredKeys => ({
  uid: 's',
  resourceVersion,
  data: { username: Buffer.from('operator'), password: Buffer.from(password) },
});

function resource(
  spec: object = {},
  status: ElasticsearchConnection['status'] = ready(),
): ElasticsearchConnection {
  const common = {
    endpoints: [server.url],
    allowInsecure: true,
    auth: { basic: { secretRef: { name: 'es' } } },
  };
  return {
    apiVersion: '',
    kind: '',
    metadata: {
      name: 'main',
      namespace: 'db',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '',
    },
    spec: elasticsearchConnection.spec.parse({ ...common, ...spec }),
    ...(status && { status }),
  };
}

function elsewhere(): ElasticsearchConnection {
  const { metadata, ...rest } = resource();
  return { ...rest, metadata: { ...metadata, namespace: 'platform' } };
}

function ready(status: 'True' | 'False' = 'True', reason = 'Connected', observedGeneration = 1) {
  const condition = {
    type: 'Ready',
    status,
    reason,
    message: 'because',
    lastTransitionTime: '',
    observedGeneration,
  };
  return { clusterUUID: 'uuid-1', conditions: [condition] };
}

const use = (changes: Partial<Use> = {}) =>
  connections.use(
    { ref: { name: 'main' }, namespace: 'db', operations: ['Reindex'], indices: ['a'], ...changes },
    signal,
  );
const foreign = { ref: { name: 'main', namespace: 'db' }, namespace: 'team-a' };
const fromElsewhere = { ref: { name: 'main', namespace: 'platform' } };
const grants = [
  { namespaceSelector: { matchLabels: { team: 'a' } }, operations: ['Reindex'], indices: ['a*'] },
];

describe('a use', () => {
  it('gives the cluster to the own namespace without any grant', async () => {
    expect(await use()).toMatchObject({
      connection: { namespace: 'db', name: 'main', uid: 'u' },
      clusterUuid: 'uuid-1',
      maxConcurrentOperations: 2,
    });
  });

  it('tells which cluster was replaced by this one', async () => {
    connection = { ...resource(), status: { ...ready(), replacedClusterUUID: 'uuid-0' } };
    expect(await use()).toMatchObject({ clusterUuid: 'uuid-1', replacedClusterUuid: 'uuid-0' });
  });

  it('needs a grant from another namespace, which may go by its labels', async () => {
    await expect(use(foreign)).rejects.toMatchObject({ reason: 'NotGranted' });
    connection = resource({ grants });
    expect(await use(foreign)).toMatchObject({ clusterUuid: 'uuid-1' });
    await expect(use({ ...foreign, indices: ['b'] })).rejects.toMatchObject({
      reason: 'NotGranted',
      message: expect.stringContaining('"b"'),
    });
  });

  it.each(['first', 'last'])('gives it although the endpoint that is listed %s hangs', async (place) => {
    await using hung = await startScenarioElasticsearch(() => ({ type: 'stall' }));
    const endpoints = place === 'first' ? [hung.url, server.url] : [server.url, hung.url];
    connection = resource({ endpoints, requestTimeout: '1s' });
    for (let tries = 0; tries < 3; tries += 1) {
      const { es } = await use();
      await es.request({ method: 'GET', path: '/a' }, signal);
      await es.request({ method: 'PUT', path: '/a', body: {} }, signal);
      await clock.advance(5_000);
    }
    expect(hung.received.map(({ path }) => path)).toEqual(['/']);
  });

  it('knows what is protected, by the connection and by the operator', async () => {
    const cluster = await use();
    const names = ['.kibana', 'flagged-1', 'orders'];
    expect(names.map((name) => cluster.protects(name))).toEqual([true, true, false]);
  });

  it.each<[string, () => ElasticsearchConnection | undefined, string]>([
    ['is not there', () => undefined, 'ConnectionNotFound'],
    ['is suspended', () => resource({ suspend: true }), 'ConnectionSuspended'],
    ['was never probed', () => resource({}, {}), 'ConnectionNotReady'],
    ['is not ready', () => resource({}, ready('False', 'Unreachable')), 'ConnectionNotReady'],
    ['was edited since its probe', () => resource({}, ready('True', 'Connected', 0)), 'ConnectionNotReady'],
    ['has no pinned cluster', () => resource({}, { conditions: ready().conditions }), 'ConnectionNotReady'],
  ])('waits while the connection %s', async (_, given, reason) => {
    connection = given();
    await expect(use()).rejects.toMatchObject({ name: 'WaitingError', reason });
    expect(server.received).toHaveLength(0);
  });

  it('names the namespace where nobody looks after the connection, ready as another operator may have found it', async () => {
    connection = elsewhere();
    await expect(use(fromElsewhere)).rejects.toMatchObject({
      reason: 'ConnectionNotFound',
      message: expect.stringMatching(/not look after namespace platform.*watchNamespaces/),
    });
    expect(server.received).toHaveLength(0);
  });

  it("tells the connection's own reason", async () => {
    connection = resource({}, ready('False', 'TLSInvalid'));
    await expect(use()).rejects.toThrow(/TLSInvalid.*because/);
  });

  it('waits when the Secret is gone, though a client is at hand', async () => {
    await use();
    secret = undefined;
    await clock.advance(30_000);
    await expect(use()).rejects.toMatchObject({
      reason: 'ConnectionNotReady',
      message: expect.stringContaining('SecretNotFound'),
    });
  });
});

describe('a Secret that was missing', () => {
  it('is used as soon as it is there', async () => {
    secret = undefined;
    await expect(use()).rejects.toMatchObject({ reason: 'ConnectionNotReady' });
    secret = credentials('right', '1');
    expect(await use()).toMatchObject({ clusterUuid: 'uuid-1' });
  });
});

describe('taking back', () => {
  it('is not hindered by suspension, by a lost grant or by an unready connection', async () => {
    connection = resource({ suspend: true }, ready('False', 'Unreachable'));
    expect(await use({ ...foreign, undo: true })).toMatchObject({ clusterUuid: 'uuid-1' });
  });

  it('is not hindered where the operator was told to look after the namespace of the connection no more', async () => {
    connection = elsewhere();
    expect(await use({ ...fromElsewhere, undo: true })).toMatchObject({ clusterUuid: 'uuid-1' });
  });

  it.each<[string, () => void]>([
    ['connection', () => (connection = undefined)],
    ['Secret', () => (secret = undefined)],
  ])('still works when the %s was deleted together with its namespace', async (_, remove) => {
    await use();
    remove();
    await clock.advance(30_000);
    await expect(use()).rejects.toMatchObject({ name: 'WaitingError' });
    const { es } = await use({ undo: true });
    await expect(
      es.request({ method: 'PUT', path: '/a/_settings', body: {} }, signal),
    ).resolves.toBeDefined();
  });

  it('waits like everybody else when it was never given the cluster before', async () => {
    connection = undefined;
    await expect(use({ undo: true })).rejects.toMatchObject({ reason: 'ConnectionNotFound' });
  });

  it('never goes to another cluster', async () => {
    uuid = 'uuid-2';
    await expect(use({ undo: true })).rejects.toThrow(/ClusterChanged/);
  });
});

describe('another cluster behind the same address', () => {
  const write = { method: 'PUT', path: '/a', body: {} } as const;

  it('is given to nobody', async () => {
    uuid = 'uuid-2';
    await expect(use()).rejects.toMatchObject({
      reason: 'ConnectionNotReady',
      message: expect.stringContaining('ClusterChanged'),
    });
  });

  it('gets no write from who holds the cluster already', async () => {
    const { es } = await use();
    await es.request(write, signal);
    uuid = 'uuid-2';
    await clock.advance(5_000);
    await expect(es.request(write, signal)).rejects.toThrow(/ClusterChanged/);
    expect(server.received.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('gets nothing where another endpoint hangs', async () => {
    await using hung = await startScenarioElasticsearch(() => ({ type: 'stall' }));
    uuid = 'uuid-2';
    connection = resource({ endpoints: [hung.url, server.url], requestTimeout: '1s' });
    await expect(use()).rejects.toThrow(/ClusterChanged/);
    expect(server.received.map(({ path }) => path)).toEqual(['/']);
  });

  it('gets nothing where it is only one of several endpoints', async () => {
    const info = { cluster_name: 'es', cluster_uuid: 'uuid-2', version: { number: '9.4.3' } };
    await using foreign = await startScenarioElasticsearch(({ path }) =>
      json(path === '/' ? info : { acknowledged: true }),
    );
    // Each may come first, for reads and for writes.
    for (const endpoints of [
      [foreign.url, server.url],
      [server.url, foreign.url],
    ]) {
      connection = resource({ endpoints });
      const asked = [];
      for (let tries = 0; tries < 4; tries += 1) {
        const used = use().then(async ({ es }) => {
          await es.request({ method: 'GET', path: '/a' }, signal);
          await es.request(write, signal);
        });
        asked.push(await used.catch((error: unknown) => error));
      }
      expect(asked).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('ClusterChanged') }),
      );
    }
    expect(foreign.received.map(({ path }) => path).filter((path) => path !== '/')).toEqual([]);
  });
});

describe('a rotated Secret', () => {
  it('is used within 30 seconds, and read no more often', async () => {
    await use();
    await use();
    expect(secretReads).toBe(1);
    [secret, password] = [credentials('new', '2'), 'new'];
    await clock.advance(30_000);
    await use();
    expect(secretReads).toBe(2);
  });

  it('is used at once after a refused login', async () => {
    await use();
    [secret, password] = [credentials('new', '2'), 'new'];
    await clock.advance(5_000);
    await expect(use()).rejects.toThrow(/unauthenticated/);
    expect(await use()).toMatchObject({ clusterUuid: 'uuid-1' });
  });
});

describe('an endpoint whose name has no address', () => {
  const nowhere = 'http://nope.invalid:9200';
  const read = { method: 'GET', path: '/' } as const;

  it('is down as any other that does not answer, wherever it stands in the list', async () => {
    for (const endpoints of [
      [nowhere, server.url],
      [server.url, nowhere],
    ]) {
      connection = resource({ endpoints });
      const { es } = await use();
      for (let reads = 0; reads < 2; reads += 1)
        expect(await es.request(read, signal)).toMatchObject({ cluster_uuid: 'uuid-1' });
    }
  });

  it('is judged by what it leads to later, when it is connected to', async () => {
    connection = resource({ endpoints: [nowhere, server.url] });
    const client = await connections.client(connection, signal);
    address = '169.254.169.254';
    const [first] = client.endpoints;
    await expect(first?.send(read, AbortSignal.timeout(5_000))).rejects.toThrow(/EENDPOINTREFUSED/);
  });

  it('is named where it is one of those that have none', async () => {
    connection = resource({ endpoints: [nowhere, 'http://nor.invalid:9200'] });
    await expect(connections.client(connection, signal)).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringMatching(
        /nope.invalid:9200, http:..nor.invalid:9200 can be resolved.*spec.endpoints/,
      ),
    });
  });

  it('is not blamed on spec.endpoints where ECK gives it', async () => {
    secret = {
      ...credentials('right', '1'),
      data: { elastic: Buffer.from('p'), 'ca.crt': Buffer.from('-----BEGIN CERTIFICATE-----') },
    };
    connection = resource({ endpoints: undefined, auth: undefined, eckRef: { name: 'quick' } });
    await expect(connections.client(connection, signal)).rejects.toThrow(
      /No host of .*is there an Elasticsearch db.quick.*spec.eckRef.name/,
    );
  });

  it('does not hide one that is refused', async () => {
    connection = resource({ endpoints: [nowhere, 'https://169.254.169.254'] });
    await expect(connections.client(connection, signal)).rejects.toMatchObject({ reason: 'EndpointRefused' });
  });
});

describe('the client of a probe', () => {
  it('is refused where the endpoint is', async () => {
    connection = resource({ endpoints: ['https://169.254.169.254'] });
    await expect(connections.client(connection, signal)).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'EndpointRefused',
    });
  });

  it('is had whatever the status says', async () => {
    const client = await connections.client(resource({ suspend: true }, {}), signal);
    expect(await client.request({ method: 'GET', path: '/' }, signal)).toMatchObject({
      cluster_uuid: 'uuid-1',
    });
  });

  it('stays usable for a while after it was replaced', async () => {
    const { es } = await use();
    secret = credentials('right', '2');
    await clock.advance(30_000);
    await use();
    await clock.advance(100_000);
    expect(await es.request({ method: 'GET', path: '/' }, signal)).toMatchObject({ cluster_uuid: 'uuid-1' });
    await clock.advance(30_000);
    await expect(es.request({ method: 'GET', path: '/' }, signal)).rejects.toMatchObject({
      name: 'ElasticsearchError',
    });
  });
});
