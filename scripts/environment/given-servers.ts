import { z } from 'zod';
import type { ElasticsearchInfo, KubernetesInfo } from './environment-info.ts';
import { inspectKubernetes } from './kubernetes-api.ts';
import { basicAuthorization, demand, type Endpoint } from './server-request.ts';

const greeting = z.object({ version: z.object({ number: z.string() }) });

/** The Elasticsearch of `ELASTICSEARCH_URL`, unless it is `ownUrl`: a shell of this environment names its own servers. */
export async function givenElasticsearch(
  ownUrl: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ElasticsearchInfo | undefined> {
  const url = env['ELASTICSEARCH_URL'];
  if (!url || url === ownUrl) return undefined;
  const username = env['ELASTICSEARCH_USERNAME'];
  const password = env['ELASTICSEARCH_PASSWORD'];
  const caFile = env['ELASTICSEARCH_CA'];
  const repositoryPath = env['ELASTICSEARCH_REPOSITORY_PATH'];
  const endpoint: Endpoint = {
    url,
    ...(caFile && { caFile }),
    ...(username && { authorization: basicAuthorization(username, password ?? '') }),
  };
  const version = await elasticsearchVersion(endpoint);
  return {
    url,
    version,
    ...(username && { username }),
    ...(password && { password }),
    ...(caFile && { caFile }),
    ...(repositoryPath && { repositoryPath }),
  };
}

/** The cluster of `KUBECONFIG`, unless that file lies below `ownFolder`. */
export async function givenKubernetes(
  ownFolder: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubernetesInfo | undefined> {
  const kubeconfig = env['KUBECONFIG'];
  if (!kubeconfig || (ownFolder && kubeconfig.startsWith(ownFolder))) return undefined;
  return inspectKubernetes(kubeconfig);
}

export async function elasticsearchVersion(endpoint: Endpoint): Promise<string> {
  return greeting.parse(JSON.parse(await demand(endpoint, '/'))).version.number;
}
