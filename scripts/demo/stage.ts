import type { Client } from '@elastic/elasticsearch';
import type { EnvironmentInfo } from '../environment/environment-info.ts';
import { refuseOthersIndices } from './indices.ts';
import { type Kubernetes, openKubernetes } from './kubernetes.ts';
import { hasNamespace, isLookedAfter, provideNamespace } from './namespace.ts';
import { operatorLog, startOperator, stopOperator } from './operator.ts';
import { heading, print } from './report.ts';
import { writeSamples } from './samples.ts';
import { connect, demoNamespace, kubernetesIsGiven, removeServers, startServers } from './servers.ts';

/** The servers of a run, own ones or given ones. */
export type Servers = {
  readonly environment: EnvironmentInfo;
  readonly kubernetes: Kubernetes;
  readonly client: Client;
};

/** Everything that a run of the demo has at hand. */
export type Stage = Servers & { readonly samples: string; readonly signal: AbortSignal };

/** Starts the servers that are not given. @throws when the demo needs what is somebody else's; then it touches nothing. */
export async function openServers(): Promise<Servers> {
  heading('Servers');
  await stopOperator(); // Of an earlier demo with --keep.
  try {
    const environment = await startServers();
    const { kubernetesVersion, elasticsearch, kubeconfig } = environment;
    print(`Kubernetes ${kubernetesVersion} and Elasticsearch ${elasticsearch.version} run.`);
    const kubernetes = await openKubernetes(kubeconfig);
    const client = connect(elasticsearch);
    await hasNamespace(kubernetes);
    await refuseOthersIndices(client);
    return { environment, kubernetes, client };
  } catch (error) {
    await removeServers();
    throw error;
  }
}

/** Makes the namespace, and sees to it that an operator looks after it. */
export async function setUp(servers: Servers, signal: AbortSignal): Promise<Stage> {
  const { environment, kubernetes } = servers;
  signal.throwIfAborted();
  const samples = writeSamples(environment.elasticsearch);
  await provideNamespace(kubernetes, signal);
  heading('Operator');
  if (!kubernetesIsGiven()) await kubernetes.kubectl('config', 'set-context', '--current');
  if (kubernetesIsGiven() && (await isLookedAfter(kubernetes, signal))) {
    print(`One of yours looks after the namespace ${demoNamespace} already, and does the work.`);
  } else {
    await startOperator(environment.kubeconfig);
    print(`It runs from source, as \`npm start\` does. Its log: ${operatorLog()}`);
  }
  return { ...servers, samples, signal };
}
