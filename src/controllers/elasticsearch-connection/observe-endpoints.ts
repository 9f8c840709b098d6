import { alone } from '../../elasticsearch/client.ts';
import type { ProbeClient } from '../../elasticsearch/connections.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { clusterInfo } from '../../elasticsearch/info.ts';
import type { Connection, ProbeFailure } from './observed.ts';

export interface Endpoints {
  /** One that leads to another cluster than the others. */
  readonly stray?: ProbeFailure;
  /** Those that give no answer now; what they are is asked before they get a request. */
  readonly silent: readonly string[];
}

/**
 * What each says by itself. A stray one leads to another cluster than the one that has just answered: a node that lost its
 * disk and began a cluster of its own, or a name that was moved.
 */
export async function askEndpoints(
  { spec: { endpoints = [] }, status }: Connection,
  client: Pick<ProbeClient, 'endpoints'>,
  { clusterUuid, timeoutMs }: { readonly clusterUuid: string; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<Endpoints> {
  if (client.endpoints.length < 2) return { silent: [] };
  const clusters = await Promise.all(
    client.endpoints.map((endpoint) => clusterOf(clusterInfo(alone(endpoint, timeoutMs), signal))),
  );
  // The pinned one, as long as it is among them.
  const own = clusters.find((uuid) => uuid === status?.clusterUUID) ?? clusterUuid;
  const at = clusters.findIndex((uuid) => uuid !== undefined && uuid !== own);
  const silent = endpoints.filter((_, index) => clusters[index] === undefined);
  if (at < 0) return { silent };
  const message = `${endpoints[at]} leads to cluster ${clusters[at]}, other endpoints to ${own}, so everything is stopped; list in spec.endpoints only those of one cluster`;
  return { stray: { type: 'stalled', reason: 'ClusterChanged', message }, silent };
}

async function clusterOf(answer: ReturnType<typeof clusterInfo>): Promise<string | undefined> {
  try {
    return (await answer).clusterUuid;
  } catch (error) {
    if (error instanceof ElasticsearchError) return undefined;
    throw error;
  }
}
