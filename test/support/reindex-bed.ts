import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import type { ElasticsearchInfo } from '../../scripts/environment/environment-info.ts';
import { elasticsearchConnection } from '../../src/crds/elasticsearch-connection.ts';
import { reindexRequest } from '../../src/crds/reindex-request.ts';
import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import { createElasticsearch } from '../../src/elasticsearch/client.ts';
import type { ElasticsearchClient } from '../../src/elasticsearch/client.ts';
import { clusterInfo } from '../../src/elasticsearch/info.ts';
import type { KindRef, KubernetesApi, ObjectRef } from '../../src/kubernetes/api.ts';
import { kindRefOf } from '../../src/runtime/resource.ts';
import { LOGIN } from './canary.ts';
import { environment } from './environment.ts';
import { apiOver, connect } from './runtime-bed.ts';

const REQUESTS = kindRefOf(reindexRequest);
const CONNECTIONS = kindRefOf(elasticsearchConnection);
const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });

/** One namespace with a ready connection, and a prefix of index names that nobody else uses. */
export interface ReindexBed {
  readonly api: KubernetesApi;
  /** Not the operator's: for what users and administrators do, and for looking at the outcome. */
  readonly es: ElasticsearchClient;
  readonly namespace: string;
  /** A name for an index, an alias or a request that is used once. */
  name(): string;
}

/** What a request says besides its connection; the rest is the API server's to judge. */
export type RequestSpec = Readonly<Record<string, unknown>>;

/**
 * A bed for one test file, opened where it is called and cleared after the last test.
 * @param server one of the file's own; that of all tests when absent.
 */
export async function useReindexBed(
  connection: RequestSpec = {},
  server: ElasticsearchInfo = environment().elasticsearch,
): Promise<ReindexBed> {
  const transport = connect(environment().kubeconfig);
  const api = apiOver(transport);
  const es = administrator(server);
  const namespace = `reindex-${randomBytes(4).toString('hex')}`;
  afterAll(async () => {
    await removeIndices(es, `${namespace}-`);
    await Promise.all([transport.close(), es.close()]);
  });
  await api.create(core('namespaces'), '', { metadata: { name: namespace } });
  await createConnection(api, es, namespace, server, connection);
  let names = 0;
  return { api, es, namespace, name: () => `${namespace}-${(names += 1)}` };
}

function administrator({ url, username, password, caFile }: ElasticsearchInfo): ElasticsearchClient {
  return createElasticsearch({
    endpoints: [url],
    auth: username === undefined ? { type: 'none' } : { type: 'basic', username, password: password ?? '' },
    requestTimeoutMs: 60_000,
    maxResponseBytes: 64 * 1024 * 1024,
    ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile, 'utf8') } }),
  });
}

/** As a probe would leave it: these tests are about what comes after it. */
async function createConnection(
  api: KubernetesApi,
  es: ElasticsearchClient,
  namespace: string,
  server: ElasticsearchInfo,
  more: RequestSpec,
): Promise<void> {
  const { url } = server;
  const access = await createAccess(api, namespace, server);
  const ref = { kind: CONNECTIONS, namespace, name: 'main' };
  await api.create(CONNECTIONS, namespace, {
    ...typeMeta('ElasticsearchConnection'),
    metadata: { name: 'main' },
    spec: { endpoints: [url], allowInsecure: true, maxConcurrentOperations: 10, ...access, ...more },
  });
  const { clusterUuid, version } = await clusterInfo(es);
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Connected',
    message: 'as after a probe',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  };
  const status = { clusterUUID: clusterUuid, version, observedGeneration: 1, conditions: [ready] };
  await api.mergePatch(ref, { status }, { subresource: 'status' });
}

/** Where nobody asks for a login one is sent all the same: it must not be seen anywhere. */
async function createAccess(
  api: KubernetesApi,
  namespace: string,
  { username, password, caFile }: ElasticsearchInfo,
): Promise<RequestSpec> {
  const login = username === undefined ? LOGIN : { username, password: password ?? '' };
  const stringData = {
    ...login,
    ...(caFile === undefined ? {} : { 'ca.crt': readFileSync(caFile, 'utf8') }),
  };
  await api.create(core('secrets'), namespace, { metadata: { name: 'es' }, stringData });
  return {
    auth: { basic: { secretRef: { name: 'es' } } },
    ...(caFile === undefined ? {} : { tls: { caSecretRef: { name: 'es' } } }),
  };
}

/** All at once: the master then deletes many in one step. */
async function removeIndices(es: ElasticsearchClient, prefix: string): Promise<void> {
  const query = { expand_wildcards: 'all' };
  const found = (await es.request({ method: 'GET', path: `/${prefix}*/_settings`, query })) as object;
  await Promise.all(Object.keys(found).map((index) => es.request({ method: 'DELETE', path: `/${index}` })));
}

const typeMeta = (kind: string) => ({ apiVersion: 'es-steward.dev/v1alpha1', kind });

export const requestRef = ({ namespace }: Pick<ReindexBed, 'namespace'>, name: string): ObjectRef => ({
  kind: REQUESTS,
  namespace,
  name,
});

/** Applies a request of that name; `from` and `to` are its indexes. Without a rollback window unless `more` says so. */
export function createRequest(
  { api, namespace }: ReindexBed,
  name: string,
  { from, to, ...more }: { readonly from: string; readonly to: string } & RequestSpec,
): Promise<ReindexRequest> {
  const spec = {
    connectionRef: { name: 'main' },
    source: { index: from },
    destination: { index: to },
    writeMode: 'BlockFirst',
    sourceAfter: { rollbackWindow: '0s' },
    ...more,
  };
  return api.create(REQUESTS, namespace, { ...typeMeta('ReindexRequest'), metadata: { name }, spec });
}

export const readRequest = (bed: ReindexBed, name: string): Promise<ReindexRequest | undefined> =>
  bed.api.get<ReindexRequest>(requestRef(bed, name));

/** What a user edits: spec or annotations. */
export async function editRequest(bed: ReindexBed, name: string, patch: object): Promise<void> {
  await bed.api.mergePatch(requestRef(bed, name), patch);
}

export async function deleteRequest(bed: ReindexBed, name: string): Promise<void> {
  const found = await readRequest(bed, name);
  if (found) await bed.api.remove(requestRef(bed, name), { uid: found.metadata.uid });
}

/** Loses the whole status, as a restore from a backup does. */
export async function eraseStatus(bed: ReindexBed, name: string): Promise<void> {
  await bed.api.mergePatch(requestRef(bed, name), { status: null }, { subresource: 'status' });
}
