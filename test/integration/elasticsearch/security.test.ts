import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { PrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { Authentication } from '../../../src/elasticsearch/authentication.ts';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import type { ElasticsearchClient } from '../../../src/elasticsearch/client.ts';
import type { TlsSettings } from '../../../src/elasticsearch/connector.ts';
import { countsByIndex } from '../../../src/elasticsearch/aggregations-by-index.ts';
import { countDocuments } from '../../../src/elasticsearch/counts.ts';
import { grantsOfUser, hiddenContents } from '../../../src/elasticsearch/hidden-contents.ts';
import { deleteIndices } from '../../../src/elasticsearch/index-listing.ts';
import { readIndices } from '../../../src/elasticsearch/named-indices.ts';
import { createIndex, putSettings } from '../../../src/elasticsearch/indices.ts';
import { clusterInfo } from '../../../src/elasticsearch/info.ts';
import { missingPrivileges } from '../../../src/elasticsearch/privileges.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { startReindex } from '../../../src/elasticsearch/reindex.ts';
import { listRepositories } from '../../../src/elasticsearch/repositories.ts';
import { getTask } from '../../../src/elasticsearch/tasks.ts';
import { blockWrites } from '../../../src/elasticsearch/write-blocks.ts';
import { archiveOnce } from '../../support/archive-once.ts';
import { eventually } from '../../support/eventually.ts';
import { shippedRole } from '../../support/shipped-roles.ts';

let server: PrivateElasticsearch;
let ca: string;
let admin: ElasticsearchClient;
const clients: ElasticsearchClient[] = [];

beforeAll(async () => {
  server = await startPrivateElasticsearch({ secure: true });
  ca = readFileSync(server.info.caFile ?? '', 'utf8');
  admin = client(basic(server.info.username ?? '', server.info.password ?? ''));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

const basic = (username: string, password: string): Authentication => ({ type: 'basic', username, password });

function client(auth: Authentication, tls: TlsSettings = { ca }, url = server.info.url): ElasticsearchClient {
  const client = createElasticsearch({
    endpoints: [url],
    auth,
    tls,
    requestTimeoutMs: 30_000,
    maxResponseBytes: 10_000_000,
  });
  clients.push(client);
  return client;
}

/** Someone who may read indexes of one name only. */
async function reader(names: string): Promise<ElasticsearchClient> {
  const role = { cluster: [], indices: [{ names: [names], privileges: ['read'] }] };
  const answer = await admin.request({
    method: 'POST',
    path: '/_security/api_key',
    body: { name: 'reader', role_descriptors: { reader: role } },
  });
  return client({ type: 'apiKey', apiKey: (answer as { encoded: string }).encoded });
}

describe('logging in', () => {
  it('accepts a password and an API key', async () => {
    expect((await clusterInfo(admin)).version).toBe(server.info.version);
    const key = await reader('app-*');
    expect(await missingPrivileges(key, { cluster: [], index: [] })).toEqual([]);
  });

  it('is refused without, with wrong and with revoked credentials', async () => {
    const key = await reader('app-*');
    await admin.request({ method: 'DELETE', path: '/_security/api_key', body: { name: 'reader' } });
    for (const es of [client({ type: 'none' }), client(basic(server.info.username ?? '', 'wrong')), key]) {
      await expect(clusterInfo(es)).rejects.toMatchObject({
        errorClass: 'unauthenticated',
        outcomeUnknown: false,
      });
    }
  });
});

describe('privileges', () => {
  it('that are missing are told by name beforehand', async () => {
    const es = await reader('app-*');
    const required = {
      cluster: ['monitor'],
      index: [{ names: ['app-1', 'other'], privileges: ['read', 'indices:admin/block/add'] }],
    };
    expect([...(await missingPrivileges(es, required))].sort()).toEqual([
      'indices:admin/block/add on app-1',
      'indices:admin/block/add on other',
      'monitor on the cluster',
      'read on other',
    ]);
    expect(await missingPrivileges(admin, required)).toEqual([]);
  });

  it('that are missing are told by name afterwards', async () => {
    await createIndex(admin, 'app-2', { settings: { number_of_replicas: 0 } });
    const es = await reader('app-*');
    const error: unknown = await blockWrites(es, 'app-2').catch((error: unknown) => error);
    expect(error).toMatchObject({ errorClass: 'forbidden', outcomeUnknown: false });
    expect(error).toMatchObject({ publicMessage: expect.stringContaining('indices:admin/block/add') });
    await expect(putSettings(es, 'app-2', { 'index.refresh_interval': '9s' })).rejects.toMatchObject({
      errorClass: 'forbidden',
    });
  });

  it('that show a part only are told, of a user and of an API key, where the licence has such', async () => {
    await admin.request({ method: 'POST', path: '/_license/start_trial', query: { acknowledge: true } });
    const role = { indices: [{ names: ['part-*'], privileges: ['read'], query: { term: { n: 1 } } }] };
    const login = { username: 'partial', password: 'only-a-part' };
    await admin.request({ method: 'PUT', path: '/_security/role/partial', body: role });
    await admin.request({
      method: 'PUT',
      path: `/_security/user/${login.username}`,
      body: { password: login.password, roles: ['partial'] },
    });
    const key = (await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'partial', role_descriptors: { partial: role } },
    })) as { encoded: string };
    const user = client(basic(login.username, login.password));
    for (const es of [user, client({ type: 'apiKey', apiKey: key.encoded })]) {
      const sets = await grantsOfUser(es);
      expect(hiddenContents(sets, 'part-1')).toBe('documents');
    }
    for (const es of [admin, await reader('part-*')])
      expect(hiddenContents(await grantsOfUser(es), 'part-1')).toBeUndefined();
  });

  it('that are missing for a copy show up in its task only', async () => {
    const es = await reader('app-*');
    const id = await startReindex(
      es,
      { source: { index: 'app-2' }, dest: { index: 'app-3' } },
      { opaqueId: 'x' },
    );
    const ended = await eventually('the task ended', async () => {
      const task = await getTask(admin, id);
      return task.state === 'running' ? undefined : task;
    });
    expect(ended).toMatchObject({
      state: 'done',
      task: { opaqueId: 'x' },
      error: {
        type: 'security_exception',
        reason: expect.stringMatching(/lacks the privilege for indices:/),
      },
    });
  });
});

describe('TLS', () => {
  const me = () => basic(server.info.username ?? '', server.info.password ?? '');

  it('is refused without the right authority, before anything is sent', async () => {
    await expect(createIndex(client(me(), {}), 'app-4', {})).rejects.toMatchObject({
      errorClass: 'tls',
      outcomeUnknown: false,
    });
  });

  it('checks the name of the certificate, or the one it is told', async () => {
    const wrong = client(me(), { ca, serverName: 'elsewhere.example' });
    await expect(clusterInfo(wrong)).rejects.toMatchObject({ errorClass: 'tls' });
    const right = client(me(), { ca, serverName: 'localhost' });
    expect((await clusterInfo(right)).version).toBe(server.info.version);
  });

  it('is not checked when told so', async () => {
    const careless = client(me(), { insecureSkipVerify: true });
    expect((await clusterInfo(careless)).version).toBe(server.info.version);
  });

  it('is not spoken by plain HTTP', async () => {
    const plain = client(me(), {}, server.info.url.replace('https:', 'http:'));
    const error: unknown = await clusterInfo(plain).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'ElasticsearchError' });
  });
});

describe('a node that dies', () => {
  it('is unreachable, and after its return a running task is unknown', async () => {
    await createIndex(admin, 'long-source', { settings: { number_of_replicas: 0 } });
    for (const id of ['1', '2', '3']) {
      await admin.request({
        method: 'PUT',
        path: `/long-source/_doc/${id}`,
        query: { refresh: true },
        body: {},
      });
    }
    const body = { source: { index: 'long-source', size: 1 }, dest: { index: 'long-copy' } };
    const id = await startReindex(admin, body, { opaqueId: 'x', requestsPerSecond: 0.01 });
    expect(await getTask(admin, id)).toMatchObject({ state: 'running' });
    await server.kill(0);
    // The first call may still find the old connection, whose end it then reports.
    await clusterInfo(admin).catch(() => undefined);
    await expect(getTask(admin, id)).rejects.toMatchObject({
      errorClass: 'unreachable',
      outcomeUnknown: false,
    });
    await server.restart(0);
    // Until the stored results are readable again, nobody can say.
    const state = await eventually('an answer about the task', () => getTask(admin, id), 60_000);
    expect(state).toEqual({ state: 'unknown' });
  });
});

describe('the deletion of indexes', () => {
  it('is refused to who may not, and never passed over in silence', async () => {
    const names = ['orders-2015', 'orders-2016'];
    for (const name of names) await createIndex(admin, name, { settings: { 'index.number_of_replicas': 0 } });
    const privileges = { 'orders-2015': ['all'], 'orders-2016': ['view_index_metadata', 'monitor'] };
    const indices = Object.entries(privileges).map(([name, own]) => ({ names: [name], privileges: own }));
    const answer = (await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'deleter', role_descriptors: { deleter: { cluster: ['monitor'], indices } } },
    })) as { readonly encoded: string };
    const deleter = client({ type: 'apiKey', apiKey: answer.encoded });
    await expect(deleteIndices(deleter, names)).rejects.toMatchObject({ errorClass: 'forbidden' });
    expect(await readIndices(admin, names)).toHaveLength(2);
    await deleteIndices(deleter, names.slice(0, 1));
    expect((await readIndices(admin, names)).map(({ name }) => name)).toEqual(names.slice(1));
  });
});

describe('documents that are counted', () => {
  it('are not told as none to who may not read them', async () => {
    const name = 'orders-2014';
    await createIndex(admin, name, { settings: { 'index.number_of_replicas': 0 } });
    const indices = [{ names: [name], privileges: ['view_index_metadata', 'monitor'] }];
    const answer = (await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'looker', role_descriptors: { looker: { cluster: ['monitor'], indices } } },
    })) as { readonly encoded: string };
    const looker = client({ type: 'apiKey', apiKey: answer.encoded });
    const count = countsByIndex(looker, [name], { match_all: {} });
    await expect(count).rejects.toMatchObject({ errorClass: 'forbidden' });
  });
});

describe('a policy that wants to see snapshots', () => {
  it('needs no more than its shipped role to know which repositories are read-only', async () => {
    const answer = (await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'policy', role_descriptors: { policy: shippedRole('index-maintenance-policy', {}) } },
    })) as { readonly encoded: string };
    const policy = client({ type: 'apiKey', apiKey: answer.encoded });
    expect(await listRepositories(policy)).toEqual(await listRepositories(admin));
  });
});

describe('archival', () => {
  it('needs no more than its shipped role', async () => {
    const role = shippedRole('archival', {});
    const answer = (await admin.request({
      method: 'POST',
      path: '/_security/api_key',
      body: { name: 'archivist', role_descriptors: { archivist: role } },
    })) as { readonly encoded: string };
    const mappings = { properties: { date: { type: 'date' } } };
    await createIndex(admin, 'orders-1', { settings: { 'index.number_of_replicas': 0 }, mappings });
    const document = { method: 'PUT', path: '/orders-1/_doc/a', query: { refresh: true } } as const;
    await admin.request({ ...document, body: { date: '2016-02-29' } });
    const status = await archiveOnce(
      client({ type: 'apiKey', apiKey: answer.encoded }),
      'orders-*',
      'old-{date:yyyy}',
    );
    expect(status.archive).toMatchObject({ documents: 1, held: [] });
    await refresh(admin, 'old-2016');
    expect(await countDocuments(admin, 'old-2016')).toBe(1);
  });
});
