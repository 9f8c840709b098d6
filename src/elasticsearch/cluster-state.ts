import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

/** Parts of the state of the cluster. */
interface StateRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string | boolean>> & { readonly filter_path: string };
}

const ofCluster = z.object({ cluster_uuid: z.string() });
const whole = z.unknown().refine((answer) => ofCluster.safeParse(answer).success, 'no uuid of a cluster');

/**
 * Reads parts of the state of the cluster, of which a filter leaves nothing where there is nothing. An answer that was
 * emptied on its way looks the same: therefore the uuid, which is always there, is asked for as well.
 */
export async function askState<T>(
  es: Elasticsearch,
  { path, query }: StateRequest,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const filtered = { ...query, filter_path: `cluster_uuid,${query.filter_path}` };
  return ask(es, { method: 'GET', path, query: filtered }, whole.pipe(schema), signal);
}
