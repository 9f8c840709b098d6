import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { giveToElasticsearch, nodeRuns, startNode } from './elasticsearch-node.ts';
import type { ElasticsearchProgram } from './elasticsearch-recipe.ts';
import { ensureCertificates, securityOf } from './elasticsearch-security.ts';
import type { FileUser } from './file-realm.ts';
import { freePorts, requireFree } from './ports.ts';
import type { ServerProcess } from './processes.ts';
import { ask, basicAuthorization, demand, type Endpoint, untilReady } from './server-request.ts';
import { rememberedSettings } from './settings-file.ts';

const loopback = '127.0.0.1';
const startLimitSeconds = 180;

/** The file repository that every environment has. */
export const repositoryName = 'backups';

const settingsSchema = z.object({
  nodes: z.array(z.object({ httpPort: z.number(), transportPort: z.number() })).min(1),
  password: z.string().optional(),
});

type Settings = z.infer<typeof settingsSchema>;

export type ClusterNode = {
  readonly server: ServerProcess;
  readonly endpoint: Endpoint;
  readonly ports: Settings['nodes'][number];
};

export type ElasticsearchCluster = {
  readonly folder: string;
  readonly repositoryPath: string;
  /** Present with security: the only user, and the authority of the certificates. */
  readonly access?: { readonly user: FileUser; readonly caFile: string };
  readonly nodes: readonly [ClusterNode, ...ClusterNode[]];
};

export type ClusterOptions = {
  readonly secure?: boolean;
  readonly nodes?: number;
  readonly heapMegabytes?: number;
  /** An address of this machine, beside loopback, where HTTP is served as well: for those who are not on this machine. */
  readonly alsoAt?: string;
  /** More of `elasticsearch.yml`, for all nodes. */
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** Makes the folder of a cluster ready: ports, password, certificates. Keeps what is there. */
export async function prepareCluster(folder: string, options: ClusterOptions): Promise<ElasticsearchCluster> {
  mkdirSync(join(folder, 'repository'), { recursive: true });
  const settings = await rememberedSettings(folder, settingsSchema, () => newSettings(options));
  giveToElasticsearch(join(folder, 'repository'));
  if (settings.password !== undefined) ensureCertificates(folder, options.alsoAt);
  return describeCluster(folder, settings);
}

async function newSettings({ secure, nodes = 1 }: ClusterOptions): Promise<Settings> {
  const ports = await freePorts(nodes * 2);
  return {
    nodes: Array.from({ length: nodes }, (_, index) => ({
      httpPort: ports[index * 2] ?? 0,
      transportPort: ports[index * 2 + 1] ?? 0,
    })),
    ...(secure && { password: randomBytes(16).toString('hex') }),
  };
}

function describeCluster(folder: string, settings: Settings): ElasticsearchCluster {
  const { password } = settings;
  const user = password === undefined ? undefined : { username: 'admin', password };
  const caFile = join(folder, 'ca.crt');
  const [first, ...others] = settings.nodes.map((ports, index) => {
    const name = `elasticsearch-${index + 1}`;
    return {
      server: { folder: join(folder, name), name },
      endpoint: endpointOf(ports.httpPort, user, caFile),
      ports,
    };
  });
  if (first === undefined) throw new Error(`${folder} describes a cluster without nodes. Delete the folder.`);
  const base = {
    folder,
    settings,
    repositoryPath: join(folder, 'repository'),
    nodes: [first, ...others] as const,
  };
  return user ? { ...base, access: { user, caFile } } : base;
}

function endpointOf(port: number, user: FileUser | undefined, caFile: string): Endpoint {
  if (user === undefined) return { url: `http://${loopback}:${port}` };
  const authorization = basicAuthorization(user.username, user.password);
  return { url: `https://${loopback}:${port}`, caFile, authorization };
}

/** Starts the nodes that do not run, waits until they are one cluster, and registers the repository `backups`. */
export async function startCluster(
  program: ElasticsearchProgram,
  cluster: ElasticsearchCluster,
  options: ClusterOptions,
): Promise<void> {
  await Promise.all(cluster.nodes.map((_, index) => startClusterNode(program, cluster, options, index)));
  const [first] = cluster.nodes;
  await untilReady(first.server, startLimitSeconds, () => hasAllNodes(cluster));
  const location = cluster.repositoryPath;
  await demand(first.endpoint, `/_snapshot/${repositoryName}`, {
    method: 'PUT',
    body: JSON.stringify({ type: 'fs', settings: { location } }),
  });
}

async function hasAllNodes({ nodes }: ElasticsearchCluster): Promise<boolean> {
  const query = `wait_for_nodes=${nodes.length}&wait_for_events=languid&timeout=5s`;
  return (await ask(nodes[0].endpoint, `/_cluster/health?${query}`)).status === 200;
}

/** Starts one node of the cluster unless it runs. `index` counts from 0. */
export async function startClusterNode(
  program: ElasticsearchProgram,
  cluster: ElasticsearchCluster,
  options: ClusterOptions,
  index: number,
): Promise<void> {
  const node = nodeOf(cluster, index);
  const ports = node.ports;
  if (await nodeRuns(node.server)) return;
  await requireFree(ports.httpPort, node.server.name);
  const security = securityOf(cluster.folder, cluster.access?.user);
  await startNode(program, {
    server: node.server,
    httpPort: ports.httpPort,
    heapMegabytes: options.heapMegabytes ?? 1024,
    settings: {
      'cluster.name': 'es-steward',
      'transport.port': ports.transportPort,
      'path.repo': [cluster.repositoryPath],
      ...(options.alsoAt !== undefined && { 'http.host': [loopback, options.alsoAt] }),
      ...discovery(cluster),
      ...security.settings,
      ...options.settings,
    },
    files: security.files,
  });
}

/** A node by its place; the first is 0. */
export function nodeOf(cluster: ElasticsearchCluster, index: number): ClusterNode {
  const node = cluster.nodes[index];
  if (node === undefined) throw new Error(`${cluster.folder} has no node ${index}.`);
  return node;
}

function discovery({ nodes }: ElasticsearchCluster): Readonly<Record<string, unknown>> {
  if (nodes.length === 1) return { 'discovery.type': 'single-node' };
  return {
    'discovery.seed_hosts': nodes.map(({ ports }) => `${loopback}:${ports.transportPort}`),
    'cluster.initial_master_nodes': nodes.map(({ server }) => server.name),
  };
}
