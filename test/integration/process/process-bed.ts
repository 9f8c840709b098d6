import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, onTestFinished } from 'vitest';
import type { KindRef, KubernetesApi, KubernetesObject } from '../../../src/kubernetes/api.ts';
import type { Lease } from '../../../src/runtime/lease.ts';
import { leaseRef } from '../../../src/runtime/lease.ts';
import { LOGIN } from '../../support/canary.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startOperatorProcess } from '../../support/operator-process.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { apiOver, connect } from '../../support/runtime-bed.ts';

const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });
export const configMaps = core('configmaps');
const kind = (plural: string): KindRef => ({ group: 'es-steward.dev', version: 'v1alpha1', plural });
export const connections = kind('elasticsearchconnections');
export const reindexRequests = kind('reindexrequests');
export const schedules = kind('snapshotschedules');
export const policies = kind('indexmaintenancepolicies');

export interface Conditioned extends KubernetesObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
    }[];
  };
}

/** A namespace of its own in the shared API server, for resources and lease alike. */
export interface ProcessBed {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** `over` instead of the kubeconfig of the bed. */
  start(args?: readonly string[], over?: string): OperatorProcess;
  holder(): Promise<string>;
  createConnection(name: string, url: string, place?: string): Promise<void>;
  ready(
    plural: KindRef,
    name: string,
    test: (reason: string, status: string) => boolean,
  ): Promise<Conditioned>;
}

export async function openProcessBed(kubeconfig = environment().kubeconfig): Promise<ProcessBed> {
  const transport = connect(kubeconfig);
  const api = apiOver(transport);
  afterAll(() => transport.close());
  const namespace = await createNamespace(api);
  return {
    api,
    namespace,
    start: (args = [], over = kubeconfig) => startOperatorFor(namespace, args, over),
    async holder() {
      const lease = await api.get<Lease>(leaseRef(namespace, 'es-steward'));
      return lease?.spec?.holderIdentity ?? '';
    },
    async createConnection(name, url, place = namespace) {
      const auth = { basic: { secretRef: { name: 'login' } } };
      await api.create(connections, place, {
        apiVersion: 'es-steward.dev/v1alpha1',
        kind: 'ElasticsearchConnection',
        metadata: { namespace: place, name },
        spec: { endpoints: [url], allowInsecure: true, probeInterval: '5s', auth },
      });
    },
    ready: (plural, name, test) =>
      eventually(`${plural.plural} ${name} is in the wished state`, async () => {
        const object = await api.get<Conditioned>({ kind: plural, namespace, name });
        const condition = object?.status?.conditions?.find(({ type }) => type === 'Ready');
        return condition && test(condition.reason, condition.status) ? object : undefined;
      }),
  };
}

/** With a Secret for connections. */
export async function createNamespace(api: KubernetesApi): Promise<string> {
  const name = `process-${randomUUID().slice(0, 8)}`;
  await api.create(core('namespaces'), '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await api.create(core('secrets'), name, { metadata: { name: 'login' }, stringData: LOGIN });
  return name;
}

/** Looks after one namespace, which has its Lease as well. Ends with the test. */
export function startOperatorFor(
  namespace: string,
  args: readonly string[] = [],
  kubeconfig = environment().kubeconfig,
): OperatorProcess {
  const operator = startOperatorProcess({
    args: [...argumentsFor(namespace), ...args],
    environment: { KUBECONFIG: kubeconfig },
  });
  onTestFinished(async () => {
    operator.signal('SIGKILL');
    await operator.exited;
  });
  return operator;
}

function argumentsFor(namespace: string): readonly string[] {
  const free = '127.0.0.1:0';
  return [
    `--watch-namespaces=${namespace}`,
    `--lease-namespace=${namespace}`,
    `--metrics-address=${free}`,
    `--health-address=${free}`,
  ];
}

/** An Elasticsearch that takes requests and never answers. */
export async function silentServer(): Promise<{ readonly url: string; asked(): number }> {
  let asked = 0;
  const server = createServer(() => {
    asked += 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}
