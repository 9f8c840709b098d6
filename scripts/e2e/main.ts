import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { lockFile, prepareCache, repositoryRoot } from '../environment/cache.ts';
import { withLock } from '../environment/lock.ts';
import { elapsed, say } from '../environment/progress.ts';
import { readKeepOrStop } from '../usage.ts';
import { setUp, type Stage, tearDown } from './stage.ts';

const help = `usage: npm run e2e [-- OPTION]

Installs the product of this checkout as a user does, in a cluster of kind: image, chart, samples; kills the operator and
the node in the middle of copies; upgrades; uninstalls. Exit code 0 only if all of it is right.

  --keep   leave cluster and Elasticsearch running, and say how to look around
  --stop   stop what --keep has left running

Needs Docker. Where there is none, root gets one for the time of the run, on Debian; where images cannot be fetched,
they are made from packages. docs/development-environment.md says more.
`;

const values = readKeepOrStop(help);

const interrupt = new AbortController();

/** The first Ctrl-C lets the run clean up, the second ends it at once. */
function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(130);
  say('\nInterrupted. Cleaning up; press Ctrl-C again to leave everything as it is.');
  interrupt.abort();
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  prepareCache();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // One run at a time: the name of the cluster and the ports of Docker are the machine's.
  return withLock(lockFile('e2e'), values.stop ? stop : run, interrupt.signal);
}

async function stop(): Promise<number> {
  await tearDown();
  return 0;
}

async function run(): Promise<number> {
  const started = performance.now();
  try {
    const stage = await setUp(interrupt.signal);
    say(`Everything is there after ${elapsed(started)}.`);
    const code = await runTests();
    say(`The test of the installed product ${code === 0 ? 'passed' : 'FAILED'} after ${elapsed(started)}.`);
    if (values.keep) tellHowToLook(stage);
    return code;
  } finally {
    if (!values.keep) await tearDown();
  }
}

async function runTests(): Promise<number> {
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project=e2e', '--reporter=verbose'], {
    cwd: repositoryRoot,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code === 0 ? 0 : 1;
}

function tellHowToLook({ kubeconfig, elasticsearch, dockerHost }: Stage): void {
  const { url, username, password, caFile } = elasticsearch;
  say(`
Look around:
  export KUBECONFIG=${kubeconfig}${dockerHost === undefined ? '' : `\n  export DOCKER_HOST=${dockerHost}`}
  curl --cacert ${caFile} -u ${username}:${password} ${url}/_cat/indices
Stop it: npm run e2e -- --stop`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${explain(error.cause)}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!interrupt.signal.aborted) console.error(explain(error));
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
