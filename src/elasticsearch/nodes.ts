import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

export interface ClusterNodes {
  readonly nodes: number;
  readonly dataNodes: number;
  /** Processors that Elasticsearch may use, summed over the data nodes. */
  readonly processors: number;
}

const schema = z.object({
  _nodes: z.object({ failed: z.literal(0) }),
  nodes: z.record(
    z.string(),
    z.object({ roles: z.array(z.string()), os: z.object({ allocated_processors: z.number() }) }),
  ),
});

/** How much machine there is. Needs the cluster privilege `monitor`. */
export async function clusterNodes(es: Elasticsearch, signal?: AbortSignal): Promise<ClusterNodes> {
  const filter = '_nodes.failed,nodes.*.roles,nodes.*.os.allocated_processors';
  const request = { method: 'GET', path: '/_nodes/os', query: { filter_path: filter } } as const;
  const nodes = Object.values((await ask(es, request, schema, signal)).nodes);
  const dataNodes = nodes.filter(({ roles }) => roles.some(holdsData));
  return {
    nodes: nodes.length,
    dataNodes: dataNodes.length,
    processors: dataNodes.reduce((sum, { os }) => sum + os.allocated_processors, 0),
  };
}

/** The frozen tier holds only mounted snapshots: nothing can be copied to it. */
function holdsData(role: string): boolean {
  return role === 'data' || (role.startsWith('data_') && role !== 'data_frozen');
}
