import type { CachedClient } from './client-cache.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import type { ClusterInfo } from './info.ts';
import type { ElasticsearchNode } from './node.ts';

export interface PinnedCluster extends Elasticsearch {
  /** Who answers, unless it just said so. @throws what `changed` makes when it is another one. */
  verify(signal?: AbortSignal): Promise<ClusterInfo>;
}

const WHO: Parameters<CachedClient['atTurn']>[0] = { method: 'GET', path: '/' };

/**
 * Asks nothing but the cluster with this uuid. Elasticsearch does not name its cluster in every answer, so the very
 * endpoint that is to get a request is asked before, when it has not been asked just now: a name or a load balancer may
 * have been moved to another cluster, and one node of several may have become a cluster of its own.
 */
export function pinnedCluster(
  client: CachedClient,
  clusterUuid: string,
  changed: () => Error,
): PinnedCluster {
  const admit = async (endpoint: ElasticsearchNode, signal?: AbortSignal): Promise<ClusterInfo> => {
    const info = await client.identify(endpoint, signal);
    if (info.clusterUuid !== clusterUuid) throw changed();
    return info;
  };
  return {
    verify: (signal) => client.atTurn(WHO, (endpoint) => admit(endpoint, signal)),
    request: (request, signal) =>
      client.atTurn(request, async (endpoint, deadline) => {
        await admit(endpoint, signal);
        return endpoint.send(request, deadline, signal);
      }),
  };
}
