import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

export interface ClusterInfo {
  readonly clusterName: string;
  readonly clusterUuid: string;
  /** E.g. `9.4.3`. */
  readonly version: string;
  /** `default`, `serverless`, or empty where the server does not say. */
  readonly flavor: string;
}

const schema = z.object({
  cluster_name: z.string(),
  // `_na_` until a master has been elected: no identity to compare with.
  cluster_uuid: z.string().refine((uuid) => uuid !== '_na_'),
  version: z.object({ number: z.string(), build_flavor: z.string().default('') }),
});

/** Who this cluster is. Needs the cluster privilege `monitor`. */
export async function clusterInfo(es: Elasticsearch, signal?: AbortSignal): Promise<ClusterInfo> {
  const answer = await ask(es, { method: 'GET', path: '/' }, schema, signal);
  return {
    clusterName: answer.cluster_name,
    clusterUuid: answer.cluster_uuid,
    version: answer.version.number,
    flavor: answer.version.build_flavor,
  };
}
