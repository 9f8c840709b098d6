import { type ControlPlane, partOf } from './control-plane.ts';
import type { ElasticsearchCluster } from './elasticsearch-cluster.ts';
import type { ElasticsearchInfo, KubernetesInfo } from './environment-info.ts';
import { elasticsearchVersion } from './given-servers.ts';
import { inspectKubernetes } from './kubernetes-api.ts';
import { runningPid } from './processes.ts';

/** What a control plane of ours says about itself; throws when its API server does not run. */
export async function kubernetesInfo(plane: ControlPlane): Promise<KubernetesInfo> {
  const pid = await runningPid(partOf(plane, 'kube-apiserver'));
  if (pid === undefined) throw notRunning('API server');
  const found = await inspectKubernetes(plane.kubeconfig);
  return { ...found, apiServer: { ...found.apiServer, pid } };
}

/** What the first node of a cluster of ours says about itself; throws when it does not run. */
export async function elasticsearchInfo(cluster: ElasticsearchCluster): Promise<ElasticsearchInfo> {
  const { server, endpoint } = cluster.nodes[0];
  const pid = await runningPid(server);
  if (pid === undefined) throw notRunning('Elasticsearch');
  return {
    url: endpoint.url,
    version: await elasticsearchVersion(endpoint),
    ...(cluster.access && { ...cluster.access.user, caFile: cluster.access.caFile }),
    repositoryPath: cluster.repositoryPath,
    pid,
  };
}

export function notRunning(server: string): Error {
  return new Error(`No ${server} of this environment is running. Start it with \`npm run env -- up\`.`);
}
