import type { ConnectionsOptions } from '../../../src/elasticsearch/connections.ts';
import { createConnections } from '../../../src/elasticsearch/connections.ts';
import type { Connections } from '../../../src/elasticsearch/connections.ts';
import { elasticsearchConnectionController } from '../../../src/controllers/elasticsearch-connection/controller.ts';
import type { Connection } from '../../../src/controllers/elasticsearch-connection/observed.ts';
import { createConnectionSource } from '../../../src/controllers/elasticsearch-connection/source.ts';
import { elasticsearchConnection } from '../../../src/crds/elasticsearch-connection.ts';
import type { Condition } from '../../../src/crds/shared.ts';
import type { KindRef, KubernetesApi, KubernetesObject } from '../../../src/kubernetes/api.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { kindRefOf } from '../../../src/runtime/resource.ts';
import { createRunner } from '../../../src/runtime/start-controller.ts';
import { eventually } from '../../support/eventually.ts';
import { apiOver, connect } from '../../support/runtime-bed.ts';
import { tellEvent, toldLogger } from '../../support/told.ts';

const connectionKind = kindRefOf(elasticsearchConnection);
const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });

/** The operator with this one kind, on a real API server, in a namespace of its own. */
export interface Bed {
  readonly namespace: string;
  readonly api: KubernetesApi;
  readonly connections: Connections;
  /** Everything that was told as Events and log lines. */
  readonly told: readonly unknown[];
  /** Requests of the probes so far. */
  probes(): number;
  create(name: string, spec: object): Promise<Connection>;
  edit(name: string, patch: object): Promise<void>;
  read(name: string): Promise<Connection>;
  /** Waits until Ready says this, for the spec of now. */
  says(name: string, reason: string, limitMs?: number): Promise<Connection>;
  secret(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  configMap(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  newNamespace(labels?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

export async function startBed(
  kubeconfig: string,
  resolve: NonNullable<ConnectionsOptions['resolve']>,
): Promise<Bed> {
  const transport = connect(kubeconfig);
  const api = apiOver(transport);
  const { newNamespace, removeNamespaces } = namespaceMaker(api);
  const namespace = await newNamespace();
  const told: unknown[] = [];
  let probes = 0;
  const connections = createConnections({
    source: createConnectionSource(api),
    clock: systemClock,
    watchNamespaces: [],
    allowedEndpoints: [],
    inCluster: false,
    protectedIndices: [],
    resolve,
    onRequest: ({ method, path }) => {
      if (method === 'GET' && path === '/') probes += 1;
      return () => undefined;
    },
  });
  const stop = runOperator(api, namespace, connections, told);
  const objects = objectsOf(api, namespace);
  return {
    namespace,
    api,
    connections,
    told,
    probes: () => probes,
    ...objects,
    newNamespace,
    stop: async () => {
      await stop();
      await connections.close();
      await removeNamespaces();
      await transport.close();
    },
  };
}

function runOperator(api: KubernetesApi, namespace: string, connections: Connections, told: unknown[]) {
  const logger = toldLogger();
  const log =
    (level: 'info' | 'warn') =>
    (fields: Record<string, unknown>, message: string): void => {
      told.push({ ...fields, message });
      logger[level](fields, message);
    };
  const runner = createRunner({
    controller: elasticsearchConnectionController({ connections }),
    random: Math.random,
    namespaces: [namespace],
    engine: {
      kubernetes: api,
      clock: systemClock,
      serverNow: () => systemClock.now(),
      log: { info: log('info'), warn: log('warn') },
      version: '1.2.3',
      mayAct: () => true,
      record: (object, event) => {
        told.push({ name: object.metadata.name, ...event });
        tellEvent(event);
      },
    },
  });
  const stop = new AbortController();
  const over = Promise.all([runner.watch(stop.signal), runner.work(stop.signal)]);
  return async () => {
    stop.abort();
    await over;
  };
}

function objectsOf(api: KubernetesApi, namespace: string) {
  const ref = (name: string) => ({ kind: connectionKind, namespace, name });
  const read = async (name: string): Promise<Connection> => {
    const found = await api.get<Connection & KubernetesObject>(ref(name));
    if (found === undefined) throw new Error(`${name} does not exist`);
    return found;
  };
  const create = (name: string, spec: object) =>
    api.create<Connection & KubernetesObject>(connectionKind, namespace, {
      apiVersion: 'es-steward.dev/v1alpha1',
      kind: 'ElasticsearchConnection',
      metadata: { name },
      spec: { probeInterval: '5s', ...spec },
    });
  const says = (name: string, reason: string, limitMs = 30_000) =>
    eventually(
      `${name} says ${reason}`,
      async () => {
        const found = await read(name);
        const ready = conditionOf(found, 'Ready');
        if (ready?.reason === reason && ready.observedGeneration === found.metadata.generation) return found;
        throw new Error(`it says ${ready?.reason}: ${ready?.message}`);
      },
      limitMs,
    );
  const stored =
    (plural: string, content: 'data' | 'stringData') =>
    async (name: string, data: Readonly<Record<string, string>>) => {
      const kind = core(plural);
      if ((await api.get({ kind, namespace, name })) === undefined)
        await api.create(kind, namespace, { metadata: { name }, [content]: data });
      else await api.mergePatch({ kind, namespace, name }, { [content]: data });
    };
  return {
    read,
    create,
    says,
    edit: async (name: string, patch: object) => void (await api.mergePatch(ref(name), patch)),
    secret: stored('secrets', 'stringData'),
    configMap: stored('configmaps', 'data'),
  };
}

function namespaceMaker(api: KubernetesApi) {
  const kind = core('namespaces');
  const made: KubernetesObject[] = [];
  return {
    newNamespace: async (labels: Readonly<Record<string, string>> = {}): Promise<string> => {
      const body = { metadata: { generateName: 'connections-', labels } };
      const namespace = await api.create<KubernetesObject>(kind, '', body);
      made.push(namespace);
      return namespace.metadata.name;
    },
    removeNamespaces: () =>
      Promise.all(made.map(({ metadata: { name, uid } }) => api.remove({ kind, name }, { uid }))),
  };
}

export function conditionOf({ status }: Connection, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
