import { join } from 'node:path';
import {
  type ControlPlane,
  type ControlPlanePart,
  partOf,
  prepareControlPlane,
  startControlPlane,
  startPart,
  untilApiServerReady,
} from './control-plane.ts';
import {
  type ClusterOptions,
  nodeOf,
  prepareCluster,
  startCluster,
  startClusterNode,
} from './elasticsearch-cluster.ts';
import type { ElasticsearchInfo, EnvironmentInfo, KubernetesInfo } from './environment-info.ts';
import { applyCustomResources } from './kubernetes-api.ts';
import { kill, runningPid, type ServerProcess } from './processes.ts';
import { provisionControlPlane, provisionElasticsearch } from './provision.ts';
import { elasticsearchInfo, kubernetesInfo } from './server-info.ts';
import { discard, makeThrowAwayFolder } from './throw-away.ts';
import { chosenElasticsearch, chosenKubernetes } from './versions.ts';

/** Half a gigabyte is enough for what tests do, and leaves room for several nodes. */
const testHeapMegabytes = 512;

/** What can be done to one server of a private environment. `Part` names the servers. */
type Faults<Part> = {
  /** Ends a server at once, as a crash does. Its data stays. */
  readonly kill: (part: Part) => Promise<void>;
  /** Starts a server that was killed, on its old port and data, and waits until it answers. */
  readonly restart: (part: Part) => Promise<void>;
  /** Freezes a server: its connections stay open and nothing answers. */
  readonly pause: (part: Part) => Promise<void>;
  readonly resume: (part: Part) => Promise<void>;
  /** Ends all servers and deletes their data. */
  readonly stop: () => Promise<void>;
};

export type PrivateControlPlane = Faults<ControlPlanePart> & { readonly info: KubernetesInfo };

export type PrivateElasticsearch = Faults<number> & {
  /** The first node; the process number is that of the start. */
  readonly info: ElasticsearchInfo;
  /** The URL of every node. Faults name a node by its place here. */
  readonly urls: readonly string[];
};

export type ControlPlaneOptions = {
  readonly version?: string;
  /** More flags of the API server. */
  readonly apiServerFlags?: readonly string[];
  /** Whether the CRDs of this project are there from the start; they are unless told. */
  readonly withCustomResources?: boolean;
};

export type ElasticsearchOptions = ClusterOptions & { readonly version?: string };

/** Starts a control plane of one's own. */
export async function startPrivateControlPlane(
  options: ControlPlaneOptions = {},
): Promise<PrivateControlPlane> {
  const programs = await provisionControlPlane(options.version ?? chosenKubernetes());
  return inThrowAwayFolder(async (folder) => {
    const plane = await prepareControlPlane(join(folder, 'control-plane'));
    await startControlPlane(plane, programs, options.apiServerFlags);
    if (options.withCustomResources !== false) await applyCustomResources(plane.kubeconfig);
    const restart = async (part: ControlPlanePart): Promise<void> => {
      await startPart(plane, programs, part, options.apiServerFlags);
      await untilServing(plane);
    };
    const info = await kubernetesInfo(plane);
    return { info, ...faults((part: ControlPlanePart) => partOf(plane, part), restart, folder) };
  });
}

/** A whole environment of one's own. */
export type PrivateEnvironment = {
  readonly info: EnvironmentInfo;
  readonly controlPlane: PrivateControlPlane;
  readonly elasticsearch: PrivateElasticsearch;
  readonly stop: () => Promise<void>;
};

export type EnvironmentOptions = {
  readonly controlPlane?: ControlPlaneOptions;
  readonly elasticsearch?: ElasticsearchOptions;
};

/** Starts a control plane and an Elasticsearch of one's own, side by side. */
export async function startPrivateEnvironment(options: EnvironmentOptions = {}): Promise<PrivateEnvironment> {
  const [controlPlane, elasticsearch] = await Promise.all([
    startPrivateControlPlane(options.controlPlane),
    startPrivateElasticsearch(options.elasticsearch),
  ]);
  return {
    info: { ...controlPlane.info, elasticsearch: elasticsearch.info },
    controlPlane,
    elasticsearch,
    stop: async () => void (await Promise.all([controlPlane.stop(), elasticsearch.stop()])),
  };
}

/** Only when both that a control plane cannot do without are there is there anything to wait for. */
async function untilServing(plane: ControlPlane): Promise<void> {
  const needed = (['etcd', 'kube-apiserver'] as const).map((part) => runningPid(partOf(plane, part)));
  if ((await Promise.all(needed)).every((pid) => pid !== undefined)) await untilApiServerReady(plane);
}

/** Starts an Elasticsearch cluster of one's own, with the repository `backups`. */
export async function startPrivateElasticsearch(
  options: ElasticsearchOptions = {},
): Promise<PrivateElasticsearch> {
  const program = await provisionElasticsearch(options.version ?? chosenElasticsearch());
  const withHeap = { heapMegabytes: testHeapMegabytes, ...options };
  return inThrowAwayFolder(async (folder) => {
    const cluster = await prepareCluster(join(folder, 'elasticsearch'), withHeap);
    await startCluster(program, cluster, withHeap);
    const restart = (index: number): Promise<void> => startClusterNode(program, cluster, withHeap, index);
    const server = (index: number): ServerProcess => nodeOf(cluster, index).server;
    const urls = cluster.nodes.map(({ endpoint }) => endpoint.url);
    return { info: await elasticsearchInfo(cluster), urls, ...faults(server, restart, folder) };
  });
}

async function inThrowAwayFolder<T>(start: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeThrowAwayFolder();
  try {
    return await start(folder);
  } catch (error) {
    await discard(folder);
    throw error;
  }
}

function faults<Part>(
  serverOf: (part: Part) => ServerProcess,
  restart: (part: Part) => Promise<void>,
  folder: string,
): Faults<Part> {
  const signal = async (part: Part, name: NodeJS.Signals): Promise<void> => {
    process.kill(await requirePid(serverOf(part)), name);
  };
  return {
    kill: async (part) => void (await kill(serverOf(part))),
    restart,
    pause: (part) => signal(part, 'SIGSTOP'),
    resume: (part) => signal(part, 'SIGCONT'),
    stop: () => discard(folder),
  };
}

async function requirePid(server: ServerProcess): Promise<number> {
  const pid = await runningPid(server);
  if (pid === undefined) throw new Error(`${server.name} in ${server.folder} does not run.`);
  return pid;
}
