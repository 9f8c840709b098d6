import { createConnectionSource } from '../../src/controllers/elasticsearch-connection/source.ts';
import { type Connections, createConnections } from '../../src/elasticsearch/connections.ts';
import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import type { Engine } from '../../src/runtime/engine.ts';
import { failingCleanups } from '../../src/runtime/failing-cleanups.ts';
import { type Around, aroundElasticsearch, aroundKubernetes } from './server-calls.ts';
import { tellEvent, toldLogger } from './told.ts';

export interface ProcessParts {
  readonly engine: Engine;
  readonly connections: Connections;
  readonly events: readonly ResourceEvent[];
  /** Ends with the process. */
  readonly life: AbortController;
}

export interface PartsOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** Stands around each call of both servers. */
  readonly around?: Around | undefined;
  readonly protectedIndices?: readonly string[] | undefined;
  readonly follow?: Engine['follow'];
  /** What lies between a kind and its cluster besides that. */
  readonly between?: (es: Elasticsearch) => Elasticsearch;
}

/** What one process of the operator has of its own, whatever its kind: memory, clients, engine. */
export function processParts(options: PartsOptions): ProcessParts {
  const { api, clock, around = (_call, send) => send(), between = (es) => es } = options;
  const life = new AbortController();
  const events: ResourceEvent[] = [];
  const kubernetes = aroundKubernetes(api, around);
  const connections = createConnections({
    source: createConnectionSource(kubernetes),
    clock,
    watchNamespaces: [],
    allowedEndpoints: [],
    inCluster: false,
    protectedIndices: options.protectedIndices ?? [],
  });
  const use: Connections['use'] = async (wanted, signal) => {
    const cluster = await connections.use(wanted, signal);
    return { ...cluster, es: aroundElasticsearch(between(cluster.es), around) };
  };
  const engine: Engine = {
    kubernetes,
    clock,
    serverNow: () => clock.now(),
    failingCleanups: failingCleanups(),
    log: toldLogger(),
    version: '1.2.3',
    mayAct: () => !life.signal.aborted,
    record: (_resource, event) => {
      events.push(event);
      tellEvent(event);
    },
    ...(options.follow && { follow: options.follow }),
  };
  return { engine, connections: { ...connections, use }, events, life };
}
