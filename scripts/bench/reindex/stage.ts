import { randomBytes } from 'node:crypto';
import { elasticsearchConnection } from '../../../src/crds/elasticsearch-connection.ts';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import { kindRefOf } from '../../../src/runtime/resource.ts';
import { apiOver, connect } from '../../../test/support/runtime-bed.ts';
import {
  type PrivateElasticsearch,
  type PrivateEnvironment,
  startPrivateEnvironment,
} from '../../environment/private-servers.ts';
import { type KillableOperator, startKillableOperator } from './operator.ts';

/** Servers that nobody else uses, and the operator as a process of its own on them. */
export interface Stage {
  readonly api: KubernetesApi;
  readonly es: Elasticsearch;
  readonly elasticsearch: PrivateElasticsearch;
  readonly operator: KillableOperator;
  readonly namespace: string;
  /** A name that was not used before. */
  readonly name: () => string;
  close(): Promise<void>;
}

const HEAP_MEGABYTES = 1024;
/** A copy is one request for those who wait for its end. */
const LONGEST_REQUEST_MS = 30 * 60_000;

/** @throws when one of them does not start; the others are stopped then. */
export async function openStage(): Promise<Stage> {
  const servers = await startPrivateEnvironment({ elasticsearch: { heapMegabytes: HEAP_MEGABYTES } });
  try {
    const stage = await setUp(servers);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void stage.close().finally(() => process.exit(1)));
    return stage;
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

async function setUp(servers: PrivateEnvironment): Promise<Stage> {
  const { kubeconfig, elasticsearch } = servers.info;
  const transport = connect(kubeconfig);
  const api = apiOver(transport);
  const es = createElasticsearch({
    endpoints: [elasticsearch.url],
    auth: { type: 'none' },
    requestTimeoutMs: LONGEST_REQUEST_MS,
    maxResponseBytes: 64 * 1024 * 1024,
  });
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  await createNamespace(api, namespace, elasticsearch.url);
  const operator = await startKillableOperator(kubeconfig, namespace);
  let names = 0;
  return {
    api,
    es,
    elasticsearch: servers.elasticsearch,
    operator,
    namespace,
    name: () => `bench-${(names += 1)}`,
    async close() {
      await operator.kill();
      await Promise.all([transport.close(), es.close()]);
      await servers.stop();
    },
  };
}

async function createNamespace(api: KubernetesApi, namespace: string, url: string): Promise<void> {
  const namespaces = { group: '', version: 'v1', plural: 'namespaces' };
  await api.create(namespaces, '', { metadata: { name: namespace } });
  await api.create(kindRefOf(elasticsearchConnection), namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { name: 'main' },
    spec: { endpoints: [url], allowInsecure: true },
  });
}
