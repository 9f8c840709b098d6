import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFolder } from '../environment/cache.ts';
import { info } from '../environment/development.ts';
import { removeCities } from './cities.ts';
import { removeLogs } from './logs.ts';
import { openKubernetes } from './kubernetes.ts';
import { operatorRuns, stopOperator } from './operator.ts';
import { print } from './report.ts';
import { connect, removeServers, serversAreGiven } from './servers.ts';
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
  const samples = join(environmentFolder(), 'samples');
  if (!existsSync(samples)) return;
  const { kubeconfig, elasticsearch } = await info();
  const { kubectl } = await openKubernetes(kubeconfig);
  const wait = (await operatorRuns()) ? '--timeout=60s' : '--wait=false';
  await kubectl('delete', '--ignore-not-found', wait, '-f', samples);
  const client = connect(elasticsearch);
  await removeCities(client);
  await removeLogs(client);
  await removeSnapshots(client);
}
