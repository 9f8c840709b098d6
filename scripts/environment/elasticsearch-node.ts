import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { isRoot, unprivilegedUser } from './cache.ts';
import { elasticsearchLaunch, nodeFolders } from './elasticsearch-launch.ts';
import type { ElasticsearchProgram } from './elasticsearch-recipe.ts';
import { launchDetached, logTail, pidFile, runningPid, type ServerProcess } from './processes.ts';

const pollMs = 100;

/** Everything that one node needs to know. */
export type NodePlan = {
  readonly server: ServerProcess;
  readonly httpPort: number;
  readonly heapMegabytes: number;
  /** The content of `elasticsearch.yml` beyond names, paths and ports. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Files of the configuration folder, by name. */
  readonly files: Readonly<Record<string, string>>;
};

/** Starts a node in the background; resolves when it runs and its launcher has ended. */
export async function startNode(program: ElasticsearchProgram, plan: NodePlan): Promise<void> {
  writeNodeFolder(program, plan);
  const launcher = launchDetached(plan.server, elasticsearchLaunch(program, plan.server));
  const file = pidFile(launcherOf(plan.server));
  if (launcher.pid !== undefined) writeFileSync(file, String(launcher.pid));
  const [code] = await once(launcher, 'exit');
  rmSync(file, { force: true });
  if (code === 0) return;
  throw new Error(
    `Elasticsearch in ${plan.server.folder} did not start (${String(code)}). Its log:\n${logTail(plan.server, 40)}`,
  );
}

/** Whether a node runs. While a launcher is at work that nobody waits for any more, nobody can say: until it has ended. */
export async function nodeRuns(server: ServerProcess): Promise<boolean> {
  while ((await runningPid(launcherOf(server))) !== undefined) await sleep(pollMs);
  return (await runningPid(server)) !== undefined;
}

/** What starts a node outlives its caller as the node does, which has no pid file of its own for the first seconds. */
function launcherOf({ folder, name }: ServerProcess): ServerProcess {
  return { folder, name: `${name}-launcher` };
}

function writeNodeFolder({ home }: ElasticsearchProgram, { server, ...plan }: NodePlan): void {
  const { config, data, logs, temporary } = nodeFolders(server);
  for (const folder of [config, data, logs, temporary]) mkdirSync(folder, { recursive: true });
  cpSync(join(home, 'config'), config, { recursive: true, force: false });
  const settings = {
    'node.name': server.name,
    'path.data': data,
    'path.logs': logs,
    'network.host': '127.0.0.1',
    'http.port': plan.httpPort,
    // A developer's disk is often nearly full, and that must not block the indexes of a test.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...plan.settings,
  };
  writeFileSync(join(config, 'elasticsearch.yml'), stringify(settings));
  writeFileSync(join(config, 'jvm.options'), jvmOptions(plan.heapMegabytes));
  for (const [name, content] of Object.entries(plan.files)) {
    writeFileSync(join(config, name), content, { mode: 0o600 });
  }
  giveToElasticsearch(server.folder);
}

/** The shipped options without those that write dumps and logs into the read-only home. */
function jvmOptions(heapMegabytes: number): string {
  return [
    `-Xms${heapMegabytes}m`,
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseG1GC',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Elasticsearch fills it in.
    '-Djava.io.tmpdir=${ES_TMPDIR}',
    '20-:--add-modules=jdk.incubator.vector',
    '-XX:+ExitOnOutOfMemoryError',
    '',
  ].join('\n');
}

/** Hands a folder to the user that Elasticsearch runs as, where that is another one than ours. */
export function giveToElasticsearch(path: string): void {
  if (!isRoot()) return;
  const { uid, gid } = unprivilegedUser;
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(path, entry), uid, gid);
  }
}
