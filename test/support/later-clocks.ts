import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';

/**
 * The nodes share the clock of this machine: whoever lives later must read later.
 *
 * @param later how much later, in milliseconds
 */
export function withLaterClocks(es: Elasticsearch, later: () => number): Elasticsearch {
  return {
    request: async (request, signal) => {
      const answer = await es.request(request, signal);
      if (later() === 0 || request.path !== '/_nodes/stats/os') return answer;
      const { nodes } = answer as { nodes: Record<string, { timestamp: number }> };
      return {
        nodes: Object.fromEntries(
          Object.entries(nodes).map(([id, { timestamp }]) => [id, { timestamp: timestamp + later() }]),
        ),
      };
    },
  };
}
