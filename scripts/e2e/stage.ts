import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { prepareCluster, startCluster } from '../environment/elasticsearch-cluster.ts';
import type { ElasticsearchProgram } from '../environment/elasticsearch-recipe.ts';
import { provideHelm } from '../environment/helm-recipe.ts';
import { killAll } from '../environment/processes.ts';
import { withProgress } from '../environment/progress.ts';
import { provisionElasticsearch, provisionKubectl } from '../environment/provision.ts';
import { elasticsearchInfo } from '../environment/server-info.ts';
import { chosenElasticsearch, chosenKubernetes } from '../environment/versions.ts';
import { clusterKubeconfig, createCluster, deleteCluster, hostAddress, loadImage } from '../kind/cluster.ts';
import { nodeContainer } from '../kind/cluster.ts';
import { kindFolder, provideDocker, stopDocker } from '../kind/docker.ts';
import { provideKind } from '../kind/programs.ts';
import { provideImages } from './images.ts';

const stageSchema = z.object({
  kubeconfig: z.string(),
  elasticsearch: z.object({
    url: z.string(),
    version: z.string(),
    username: z.string(),
    password: z.string(),
    caFile: z.string(),
    repositoryPath: z.string(),
  }),
  /** Where pods reach the same Elasticsearch. */
  elasticsearchForPods: z.string(),
  /** The operator of this checkout. The node has it already. */
  image: z.string(),
  nodeContainer: z.string(),
  programs: z.object({ helm: z.string(), kubectl: z.string() }),
  /** `DOCKER_HOST` for a Docker of our own. */
  dockerHost: z.string().optional(),
});

/** What the test of the installed product has at hand. */
export type Stage = z.infer<typeof stageSchema>;

function stageFile(): string {
  return join(kindFolder(), 'stage.json');
}

/** The stage that the last `setUp` has left. @throws when there is none. */
export function readStage(): Stage {
  try {
    return stageSchema.parse(JSON.parse(readFileSync(stageFile(), 'utf8')));
  } catch (cause) {
    throw new Error('There is no cluster to test. Start with `npm run e2e`, or `npm run e2e -- --keep`.', {
      cause,
    });
  }
}

/** Makes an empty cluster with the image of this checkout in its node, and an empty Elasticsearch beside it. */
export async function setUp(signal: AbortSignal): Promise<Stage> {
  mkdirSync(kindFolder(), { recursive: true });
  // What takes minutes the first time comes before anything is started.
  const kind = await provideKind();
  const programs = { helm: await provideHelm(), kubectl: await provisionKubectl(chosenKubernetes()) };
  const program = await provisionElasticsearch(chosenElasticsearch());
  signal.throwIfAborted();
  const docker = await provideDocker();
  const images = await provideImages(docker);
  signal.throwIfAborted();
  const tools = { program: kind, docker };
  await withProgress('Creating a cluster with kind', async (report) => {
    await deleteCluster(tools);
    await createCluster(tools, images.node, report);
    report('loading the image of the operator');
    await loadImage(tools, images.operator);
  });
  signal.throwIfAborted();
  const elasticsearch = await startElasticsearch(program, await hostAddress(docker));
  const { DOCKER_HOST: dockerHost } = docker.env;
  const stage: Stage = {
    ...elasticsearch,
    kubeconfig: clusterKubeconfig(),
    image: images.operator,
    nodeContainer,
    programs,
    ...(dockerHost !== undefined && { dockerHost }),
  };
  // The password is in it.
  writeFileSync(stageFile(), JSON.stringify(stage, null, 2), { mode: 0o600 });
  return stage;
}

function elasticsearchFolder(): string {
  return join(kindFolder(), 'elasticsearch');
}

async function startElasticsearch(
  program: ElasticsearchProgram,
  address: string,
): Promise<Pick<Stage, 'elasticsearch' | 'elasticsearchForPods'>> {
  await removeElasticsearch();
  const options = { secure: true, heapMegabytes: 512, alsoAt: address };
  return withProgress(`Starting Elasticsearch, for pods at ${address}`, async () => {
    const cluster = await prepareCluster(elasticsearchFolder(), options);
    await startCluster(program, cluster, options);
    const info = await elasticsearchInfo(cluster);
    const forPods = new URL(info.url);
    forPods.hostname = address;
    return {
      elasticsearch: stageSchema.shape.elasticsearch.parse(info),
      elasticsearchForPods: forPods.origin,
    };
  });
}

async function removeElasticsearch(): Promise<void> {
  await killAll(elasticsearchFolder());
  rmSync(elasticsearchFolder(), { recursive: true, force: true, maxRetries: 5 });
}

/** Ends everything that `setUp` has started. Images and programs stay in the cache. */
export async function tearDown(): Promise<void> {
  await withProgress('Removing the cluster and Elasticsearch', async () => {
    await removeElasticsearch();
    rmSync(stageFile(), { force: true });
    try {
      await deleteCluster({ program: await provideKind(), docker: await provideDocker() });
    } finally {
      await stopDocker();
    }
  });
}
