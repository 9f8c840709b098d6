import { alone } from '../../elasticsearch/client.ts';
import type { ProbeClient } from '../../elasticsearch/connections.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { clusterInfo } from '../../elasticsearch/info.ts';
import type { Connection, ProbeFailure } from './observed.ts';

/**
 * One that leads to another cluster than the one that has just answered: a node that lost its disk and began a cluster of
 * its own, or a name that was moved. What cannot be reached now may be down, and is asked before it gets a request.
 */
export async function strayEndpoint(
  { spec: { endpoints = [] }, status }: Connection,
  client: Pick<ProbeClient, 'endpoints'>,
  { clusterUuid, timeoutMs }: { readonly clusterUuid: string; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<ProbeFailure | undefined> {
  if (client.endpoints.length < 2) return undefined;
  const clusters = await Promise.all(
    client.endpoints.map((endpoint) => clusterOf(clusterInfo(alone(endpoint, timeoutMs), signal))),
  );
  // The pinned one, as long as it is among them.
  const own = clusters.find((uuid) => uuid === status?.clusterUUID) ?? clusterUuid;
  const at = clusters.findIndex((uuid) => uuid !== undefined && uuid !== own);
  if (at < 0) return undefined;
  const message = `${endpoints[at]} leads to cluster ${clusters[at]}, other endpoints to ${own}, so everything is stopped; list in spec.endpoints only those of one cluster`;
  return { type: 'stalled', reason: 'ClusterChanged', message };
}

async function clusterOf(answer: ReturnType<typeof clusterInfo>): Promise<string | undefined> {
  try {
    return (await answer).clusterUuid;
  } catch (error) {
    if (error instanceof ElasticsearchError) return undefined;
    throw error;
  }
}
