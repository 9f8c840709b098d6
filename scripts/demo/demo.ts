import { elapsed } from '../environment/progress.ts';
import { aliases, type City, loadCities, readCities, source } from './cities.ts';
import { follow, untilConnected } from './follow.ts';
import { readyMessage, type Resource } from './kubernetes.ts';
import { removeIndices } from './indices.ts';
import { loadLogs, type Logs } from './logs.ts';
import { maintain } from './maintenance.ts';
import { operatorErrors } from './operator.ts';
import { grouped } from './progress-line.ts';
import { readAlong, type Sightings } from './reader.ts';
import { heading, print, printChecks, printCommand, printEvents, printNextSteps } from './report.ts';
import { serversAreGiven } from './servers.ts';
import { checkSnapshot, removeSnapshots, repositoryIsThere, untilSnapshot } from './snapshot.ts';
import { openServers, setUp, type Stage } from './stage.ts';
import { leaveResults, removeAll, removeResources } from './stop.ts';
import { type Check, checkResult } from './verdict.ts';

/** The names of `deploy/samples`. */
const connectionName = 'main';
const requestName = 'cities-v2';

/** What it has made before anything is applied. */
type Data = { readonly cities: readonly City[]; readonly logs: Logs };

/** Runs the whole demo and gives its exit code: 0 only if every check of the result holds. */
export async function runDemo({
  keep,
  signal,
}: {
  readonly keep: boolean;
  readonly signal: AbortSignal;
}): Promise<number> {
  const servers = await openServers();
  let isRight: boolean | undefined;
  try {
    isRight = await perform(await setUp(servers, signal));
  } finally {
    // A wrong result is kept as well, if asked: there is something to find out.
    if (isRight === undefined || (!isRight && !keep)) await removeAll();
    else if (!keep) await leaveResults();
  }
  printNextSteps({ ...servers, keep });
  return isRight ? 0 : 1;
}

async function perform(stage: Stage): Promise<boolean> {
  const { cities, logs } = await load(stage);
  await apply(stage);
  const reader = readAlong(stage.client, 'cities');
  try {
    const request = await follow(stage.kubernetes, requestName, stage.signal);
    if (request.status.phase !== 'Completed') return await explainFailure(stage, request);
    return await report(stage, { cities, logs }, request, await reader.stop());
  } finally {
    await reader.stop();
  }
}

async function load({ client, kubernetes, signal }: Stage): Promise<Data> {
  heading('Data');
  if (serversAreGiven()) {
    // The operator runs by now, so that a request of an earlier demo lets go of what it holds.
    await removeResources(kubernetes);
    await removeIndices(client);
    await removeSnapshots(client);
  }
  const started = performance.now();
  const cities = readCities();
  await loadCities(client, cities);
  signal.throwIfAborted();
  print(
    `${grouped(cities.length)} cities of the world are in ${source} after ${elapsed(started)}, ` +
      `with the aliases ${Object.keys(aliases).join(' (takes the writes) and ')} (has a filter).`,
  );
  const logs = await loadLogs(client);
  signal.throwIfAborted();
  print(
    `${logs.old.length + logs.young.length} daily indexes of a log are there, ${logs.old.length} of them too old.`,
  );
  return { cities, logs };
}

async function apply({ kubernetes, samples, environment, signal }: Stage): Promise<void> {
  heading('One copy, live');
  const output = await kubernetes.kubectl('apply', '-f', samples);
  print(`$ kubectl apply -f deploy/samples/     # with ${environment.elasticsearch.url} as endpoint`);
  print(output.trimEnd());
  await untilConnected(kubernetes, connectionName, signal);
}

async function report(
  { kubernetes, client, signal }: Stage,
  { cities, logs }: Data,
  request: Resource,
  sightings: Sightings,
): Promise<boolean> {
  const { duration, writeOutage } = request.status;
  print(`${readyMessage(request)}, in ${duration ?? '?'}; writers had to wait for ${writeOutage ?? '?'}.`);
  const snapshots = await snapshotChecks({ kubernetes, client, signal });
  heading('A plan, and its approval');
  const maintained = await maintain({ kubernetes, client, signal }, logs);
  heading('What Kubernetes shows');
  await printCommand(kubernetes, 'get', 'es-steward');
  await printEvents(kubernetes, requestName);
  heading('What Elasticsearch holds');
  // Read again: what it holds is let go a moment after it is Completed.
  const ended = await kubernetes.read('reindexrequests', requestName);
  const checks = [...(await checkResult(client, cities, ended, sightings)), ...snapshots, ...maintained];
  printChecks(checks);
  return checks.every(({ holds }) => holds);
}

/** Given servers may be without the repository that the sample names; its schedule then waits and says so. */
async function snapshotChecks({
  kubernetes,
  client,
  signal,
}: Pick<Stage, 'kubernetes' | 'client' | 'signal'>): Promise<readonly Check[]> {
  if (!(await repositoryIsThere(client))) return [];
  return [await checkSnapshot(client, await untilSnapshot(kubernetes, signal))];
}

async function explainFailure({ kubernetes }: Stage, request: Resource): Promise<boolean> {
  print(`The copy ended as ${request.status.phase}: ${readyMessage(request)}`);
  await printEvents(kubernetes, requestName);
  for (const line of operatorErrors()) print(line);
  return false;
}
