import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiextensionsV1Api,
  KubeConfig,
  KubernetesObjectApi,
  loadYaml,
  type KubernetesObject,
  PatchStrategy,
  VersionApi,
} from '@kubernetes/client-node';
import { repositoryRoot } from './cache.ts';
import type { KubernetesInfo } from './environment-info.ts';

const fieldManager = 'es-steward-environment';

/** Asks the cluster of a kubeconfig who it is. */
export async function inspectKubernetes(kubeconfig: string): Promise<KubernetesInfo> {
  const config = loadKubeconfig(kubeconfig);
  const url = config.getCurrentCluster()?.server;
  if (url === undefined)
    throw new Error(`${kubeconfig} has no current context. Choose one: kubectl config use-context`);
  const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
  return { kubeconfig, kubernetesVersion: gitVersion, apiServer: { url } };
}

/** Applies the CRDs of `deploy/crds` and waits until the API server serves them. */
export async function applyCustomResources(kubeconfig: string): Promise<void> {
  const config = loadKubeconfig(kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const definitions = readDefinitions(join(repositoryRoot, 'deploy/crds'));
  for (const definition of definitions) {
    await objects.patch(definition, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
  const extensions = config.makeApiClient(ApiextensionsV1Api);
  for (const { metadata } of definitions) {
    while (!(await isEstablished(extensions, metadata?.name ?? ''))) await sleep(50);
  }
}

async function isEstablished(extensions: ApiextensionsV1Api, name: string): Promise<boolean> {
  const { status } = await extensions.readCustomResourceDefinition({ name });
  return status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
}

/** By the client's own reader: its writer drops every member that another one leaves under its name in YAML. */
function readDefinitions(folder: string): readonly KubernetesObject[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.map((file): KubernetesObject => loadYaml(readFileSync(join(folder, file), 'utf8')));
}

/** `KUBECONFIG` may name several files; the first that is there counts. */
function loadKubeconfig(kubeconfig: string): KubeConfig {
  const file = kubeconfig.split(delimiter).find((path) => existsSync(path));
  if (file === undefined)
    throw new Error(`There is no kubeconfig at ${kubeconfig}. Correct or unset KUBECONFIG.`);
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}
