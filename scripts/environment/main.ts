import { spawnSync } from 'node:child_process';
import { dirname, delimiter } from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage } from '../usage.ts';
import { cacheRoot, environmentFolder } from './cache.ts';
import { down, info, up } from './development.ts';
import { type EnvironmentInfo, variablesOf } from './environment-info.ts';
import { say } from './progress.ts';
import { provideHelm } from './helm-recipe.ts';
import { provisionControlPlane, provisionElasticsearch, provisionKubectl } from './provision.ts';
import {
  chosenElasticsearch,
  chosenKubernetes,
  elasticsearchReleases,
  kubernetesVersions,
} from './versions.ts';

type Flags = { readonly secure: boolean; readonly wipe: boolean };

type Command = { readonly summary: string; readonly run: (flags: Flags) => Promise<void> };

const commands: Readonly<Record<string, Command>> = {
  up: { summary: 'start the servers in the background (--secure: with security and TLS)', run: runUp },
  down: { summary: 'stop them and keep their data (--wipe: delete it)', run: down },
  status: { summary: 'say in plain words what runs', run: runStatus },
  info: { summary: 'print what runs as JSON; fails when nothing does', run: runInfo },
  shell: { summary: 'open a shell with KUBECONFIG and ELASTICSEARCH_URL set', run: runShell },
  provision: { summary: 'only fetch and build the servers into the cache', run: runProvision },
};

const help = `usage: npm run env -- COMMAND

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

Environment variables:
  ES_VERSION          ${Object.keys(elasticsearchReleases).join(', ')}
  KUBERNETES_VERSION  ${kubernetesVersions.join(', ')}
  ES_STEWARD_CACHE    folder for binaries and data (now ${cacheRoot()})
  ES_STEWARD_ENVIRONMENT
                      name of an environment beside the usual one
  ELASTICSEARCH_URL, _USERNAME, _PASSWORD, _CA, _REPOSITORY_PATH, KUBECONFIG
                      servers to use as they are
  KUBEBUILDER_ASSETS  folder with kube-apiserver and etcd to start
  ES_HOME             Elasticsearch distribution to start
  ES_JAVA_HOME        Java to start it with
`;

async function runUp({ secure }: Flags): Promise<void> {
  describeTo(say, await up({ secure }));
  say('Enter a shell that uses them: npm run env -- shell. Stop them: npm run env -- down.');
}

async function runStatus(): Promise<void> {
  describeTo(console.log, await info());
  console.log(`Data and logs: ${environmentFolder()}`);
}

async function runInfo(): Promise<void> {
  console.log(JSON.stringify(await info(), null, 2));
}

function describeTo(print: (line: string) => void, environment: EnvironmentInfo): void {
  const { apiServer, elasticsearch, kubeconfig, kubernetesVersion } = environment;
  print(`Kubernetes ${kubernetesVersion} at ${apiServer.url}, kubeconfig ${kubeconfig}`);
  print(`Elasticsearch ${elasticsearch.version} at ${elasticsearch.url}`);
}

async function runShell(): Promise<void> {
  const environment = await info();
  const kubectl = await provisionKubectl(chosenKubernetes());
  const path = [process.env['PATH'], dirname(kubectl)].join(delimiter);
  say('A shell with the servers of this environment; leave it with `exit`.');
  const shell = process.env['SHELL'] ?? '/bin/sh';
  const variables = { ...process.env, ...variablesOf(environment), PATH: path };
  process.exitCode = spawnSync(shell, { stdio: 'inherit', env: variables }).status ?? 1;
}

async function runProvision(): Promise<void> {
  await provisionElasticsearch(chosenElasticsearch());
  await provisionControlPlane(chosenKubernetes());
  await provisionKubectl(chosenKubernetes());
  await provideHelm();
  say(`Everything is in ${cacheRoot()}.`);
}

async function main(): Promise<void> {
  const { values, positionals } = orUsage(help, () =>
    parseArgs({
      allowPositionals: true,
      options: {
        secure: { type: 'boolean', default: false },
        wipe: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  const [name = ''] = positionals;
  const command = commands[name];
  if (values.help || command === undefined) {
    (values.help ? console.log : console.error)(help);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await command.run(values);
}

/** An error with its causes: the outer one names the step, the inner ones the reason. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${explain(error.cause)}`;
}

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
