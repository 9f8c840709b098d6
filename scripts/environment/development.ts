import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { environmentFolder, lockFile, prepareCache } from './cache.ts';
import type { ControlPlanePrograms } from './control-plane-recipe.ts';
import { prepareControlPlane, startControlPlane } from './control-plane.ts';
import { type ElasticsearchCluster, prepareCluster, startCluster } from './elasticsearch-cluster.ts';
import type { ElasticsearchProgram } from './elasticsearch-recipe.ts';
import type { ElasticsearchInfo, EnvironmentInfo, KubernetesInfo } from './environment-info.ts';
import { givenElasticsearch, givenKubernetes } from './given-servers.ts';
import { applyCustomResources } from './kubernetes-api.ts';
import { withLock } from './lock.ts';
import { killAll } from './processes.ts';
import { say, withProgress } from './progress.ts';
import { provisionControlPlane, provisionElasticsearch } from './provision.ts';
import { elasticsearchInfo, kubernetesInfo, notRunning } from './server-info.ts';
import { writeWhole } from './settings-file.ts';
import { discardOrphans } from './throw-away.ts';
import { chosenElasticsearch, chosenKubernetes } from './versions.ts';

/** The folders that are in use. What else lies beside them is the data of other versions and modes. */
const currentSchema = z.object({ controlPlane: z.string().optional(), elasticsearch: z.string().optional() });

type Current = z.infer<typeof currentSchema>;

/** Makes the development environment run as asked, and stops what runs of it and was not asked for. */
export function up(options: { readonly secure: boolean }): Promise<EnvironmentInfo> {
  return alone(async () => {
    const wanted = await wantedFolders(options.secure);
    await stopOthers(wanted);
    writeWhole(currentFile(), JSON.stringify(wanted), 0o644);
    await start(wanted, options.secure);
    const environment = await describe(wanted);
    await applyCustomResources(environment.kubeconfig);
    return environment;
  });
}

/** Stops everything of the development environment; `wipe` also deletes its data. */
export function down(options: { readonly wipe: boolean }): Promise<void> {
  return alone(async () => {
    await discardOrphans();
    const stopped = await killAll(environmentFolder());
    say(stopped.length > 0 ? `Stopped ${stopped.join(', ')}.` : 'Nothing was running.');
    if (!options.wipe) return;
    rmSync(environmentFolder(), { recursive: true });
    say('Its data is gone.');
  });
}

/** The servers that run; throws when one of them does not. */
export function info(): Promise<EnvironmentInfo> {
  return describe(readCurrent());
}

/** One `up` or `down` at a time. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  prepareCache();
  mkdirSync(environmentFolder(), { recursive: true });
  return withLock(lockFile(`environment-${basename(environmentFolder())}`), work);
}

function currentFile(): string {
  return join(environmentFolder(), 'current.json');
}

/** Of a file that is not there, or cannot be read, nothing is in use: the next `up` writes it. */
function readCurrent(): Current {
  try {
    return currentSchema.parse(JSON.parse(readFileSync(currentFile(), 'utf8')));
  } catch {
    return {};
  }
}

/** The folders of the servers that are ours to start: those which no variable gives. */
async function wantedFolders(secure: boolean): Promise<Current> {
  const plane = process.env['KUBEBUILDER_ASSETS'] ? 'of-assets' : chosenKubernetes();
  const elasticsearch = process.env['ES_HOME'] ? 'of-home' : chosenElasticsearch();
  return {
    ...(!(await givenKubernetes(environmentFolder())) && { controlPlane: `control-plane-${plane}` }),
    ...(!(await givenElsewhere()) && {
      elasticsearch: `elasticsearch-${elasticsearch}${secure ? '-secure' : ''}`,
    }),
  };
}

async function stopOthers({ controlPlane, elasticsearch }: Current): Promise<void> {
  for (const entry of readdirSync(environmentFolder(), { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isDirectory() || name === controlPlane || name === elasticsearch) continue;
    const stopped = await killAll(join(environmentFolder(), name));
    if (stopped.length > 0) say(`Stopped ${stopped.join(', ')} of ${name}; its data stays.`);
  }
}

/** Starts what does not run. Everything is provisioned first: a build that fails leaves no half environment. */
async function start({ controlPlane, elasticsearch }: Current, secure: boolean): Promise<void> {
  const programs = controlPlane && (await provisionControlPlane(chosenKubernetes()));
  const program = elasticsearch && (await provisionElasticsearch(chosenElasticsearch()));
  await Promise.all([
    controlPlane &&
      programs &&
      withProgress('Starting Kubernetes', () => startPlaneIn(controlPlane, programs)),
    elasticsearch &&
      program &&
      withProgress('Starting Elasticsearch', () => startClusterIn(elasticsearch, program, secure)),
  ]);
}

async function startPlaneIn(name: string, programs: ControlPlanePrograms): Promise<void> {
  await startControlPlane(await prepareControlPlane(folderOf(name)), programs);
}

async function startClusterIn(name: string, program: ElasticsearchProgram, secure: boolean): Promise<void> {
  await startCluster(program, await prepareCluster(folderOf(name), { secure }), {});
}

function folderOf(name: string): string {
  return join(environmentFolder(), name);
}

async function describe(current: Current): Promise<EnvironmentInfo> {
  const kubernetes = (await givenKubernetes(environmentFolder())) ?? (await ownKubernetes(current));
  const elasticsearch = (await givenElsewhere()) ?? (await ownElasticsearch(current));
  return { ...kubernetes, elasticsearch };
}

async function ownKubernetes({ controlPlane }: Current): Promise<KubernetesInfo> {
  if (!controlPlane || !existsSync(folderOf(controlPlane))) throw notRunning('API server');
  return kubernetesInfo(await prepareControlPlane(folderOf(controlPlane)));
}

async function ownElasticsearch(current: Current): Promise<ElasticsearchInfo> {
  const cluster = await ownCluster(current);
  if (cluster === undefined) throw notRunning('Elasticsearch');
  return elasticsearchInfo(cluster);
}

async function ownCluster({ elasticsearch }: Current): Promise<ElasticsearchCluster | undefined> {
  if (!elasticsearch || !existsSync(folderOf(elasticsearch))) return undefined;
  return prepareCluster(folderOf(elasticsearch), {});
}

/** A shell of this environment has `ELASTICSEARCH_URL` set too; that one is not given by anybody else. */
async function givenElsewhere(): Promise<ElasticsearchInfo | undefined> {
  const own = await ownCluster(readCurrent());
  return givenElasticsearch(own?.nodes[0].endpoint.url);
}
