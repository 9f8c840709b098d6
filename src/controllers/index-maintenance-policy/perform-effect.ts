import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { readIndices } from '../../elasticsearch/named-indices.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { MaintenanceDependencies } from './observe.ts';

export interface EffectContext {
  readonly policy: IndexMaintenancePolicy;
  readonly pass: Pass;
  readonly dependencies: MaintenanceDependencies;
}

/** The same with the cluster, once the connection may be used for the effect. */
export interface OpenContext extends EffectContext {
  readonly cluster: Cluster;
}

/** The identities behind these names now: a request knows only names, and an index may have been made anew. */
export async function uuidsOf(
  es: Elasticsearch,
  names: Iterable<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = await readIndices(es, [...new Set(names)], signal);
  return new Map(found.map(({ name, uuid }) => [name, uuid]));
}

/** An alias may have taken a name of an index that is gone: then what is behind it is none of ours. */
export async function readNamed({ es }: Cluster, names: readonly string[], signal: AbortSignal) {
  return (await readIndices(es, names, signal)).filter(({ name }) => names.includes(name));
}
