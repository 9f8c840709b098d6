import type { Connections } from './connections.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';

/**
 * Connections whose clusters ask `assertMayChange` right before each request that changes something. An action may read
 * for a minute before its effect: the kill switch and the lease count at the effect. `Cluster.letGo` goes without.
 * @param assertMayChange throws while nothing may be changed; asks nobody, so that nothing happens between it and the request.
 */
export function fencedConnections(connections: Connections, assertMayChange: () => void): Connections {
  return {
    ...connections,
    use: async (wanted, signal) => {
      const cluster = await connections.use(wanted, signal);
      return { ...cluster, es: fenced(cluster.es, assertMayChange) };
    },
  };
}

function fenced(es: Elasticsearch, assertMayChange: () => void): Elasticsearch {
  return {
    request: async (request, signal) => {
      if (changes(request)) assertMayChange();
      return es.request(request, signal);
    },
  };
}

/** Searches and the like are sent with POST; a refresh, a flush and a point in time change nothing that anybody has stored. */
const CHANGES_NOTHING =
  /\/(_search|_count|_mget|_refresh|_flush|_pit|_has_privileges|_simulate|_simulate_index\/[^/]+)$/;

export function changes({ method, path }: Pick<ElasticsearchRequest, 'method' | 'path'>): boolean {
  if (method === 'POST') return !CHANGES_NOTHING.test(path);
  return method === 'PUT' || (method === 'DELETE' && path !== '/_pit');
}
