import type { CachedClient } from './client-cache.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import type { ClusterInfo } from './info.ts';

export interface PinnedCluster extends Elasticsearch {
  /** Asks the cluster who it is, unless it just said so. @throws what `changed` makes when it is another one. */
  verify(signal?: AbortSignal): Promise<ClusterInfo>;
}

/**
 * Writes only to the cluster with this uuid. Elasticsearch does not name its cluster in every answer, so it is asked
 * before a write when it has not been asked just now: a name or a load balancer may have been moved to another cluster.
 */
export function pinnedCluster(
  client: CachedClient,
  clusterUuid: string,
  changed: () => Error,
): PinnedCluster {
  const verify = async (signal?: AbortSignal): Promise<ClusterInfo> => {
    const info = await client.identify(signal);
    if (info.clusterUuid !== clusterUuid) throw changed();
    return info;
  };
  const request: Elasticsearch['request'] = async (request, signal) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') await verify(signal);
    return client.request(request, signal);
  };
  return { request, verify };
}
