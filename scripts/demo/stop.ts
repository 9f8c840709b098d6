import { info } from '../environment/development.ts';
import { givenElasticsearch } from '../environment/given-servers.ts';
import { removeIndices } from './indices.ts';
import { type Kubernetes, openKubernetes } from './kubernetes.ts';
import { hasNamespace, removeNamespace } from './namespace.ts';
import { operatorRuns, stopOperator } from './operator.ts';
import { print } from './report.ts';
import { connect, demoNamespace, kubernetesIsGiven, removeServers, serversAreGiven } from './servers.ts';
import { removeSnapshots } from './snapshot.ts';

/** `--stop`: ends whatever an earlier demo has left. */
export async function stopDemo(): Promise<number> {
  await removeAll();
  print('Nothing of the demo is left.');
  return 0;
}

/** Removes everything that the demo has made, on its own servers and on given ones. */
export async function removeAll(): Promise<void> {
  try {
    if (serversAreGiven()) await removeFromGivenServers();
  } finally {
    await stopOperator();
    await removeServers();
  }
}

/** After a demo that went well: own servers go, given ones keep the result to look at. */
export async function leaveResults(): Promise<void> {
  if (!serversAreGiven()) return removeAll();
  await stopOperator();
  print('\nIndexes and resources are left on your servers. Remove them: npm run demo -- --stop');
}

/** The operator is still there, if it ever was, so that a request in the middle of its copy lets go of everything. */
async function removeFromGivenServers(): Promise<void> {
  const kubeconfig = await kubeconfigToClear();
  if (kubeconfig !== undefined) await clearKubernetes(await openKubernetes(kubeconfig));
  const elasticsearch = await givenElasticsearch(undefined);
  if (elasticsearch === undefined) return;
  const client = connect(elasticsearch);
  await removeIndices(client);
  await removeSnapshots(client);
}

/** An API server of the demo's own goes with all that is in it; but a copy may hold something in Elasticsearch. */
async function kubeconfigToClear(): Promise<string | undefined> {
  if (kubernetesIsGiven()) return process.env['KUBECONFIG'];
  return (await operatorRuns()) ? (await info()).kubeconfig : undefined;
}

async function clearKubernetes(kubernetes: Kubernetes): Promise<void> {
  if (!(await hasNamespace(kubernetes))) return;
  await removeResources(kubernetes);
  await removeNamespace(kubernetes);
}

/** Deletes all resources in the namespace of the demo. Connections last: what lets go of a copy needs its connection. */
export async function removeResources({ kubectl }: Kubernetes): Promise<void> {
  const users = ['reindexrequests', 'snapshotschedules', 'indexmaintenancepolicies'].join();
  try {
    for (const kinds of [users, 'elasticsearchconnections'])
      await kubectl('delete', kinds, '--all', '--timeout=60s');
  } catch (cause) {
    throw new Error(
      `What an earlier demo has made in the namespace ${demoNamespace} could not be deleted. If an operator has to let ` +
        'go of it first, and none runs: start the demo again with the same variables, its operator does.',
      { cause },
    );
  }
}
