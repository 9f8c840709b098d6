import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../environment/command.ts';
import { exists, logTail, runningPid, type ServerProcess, startDetached } from '../environment/processes.ts';
import { recordNetwork, restoreNetwork } from './network-state.ts';

const startLimitMs = 60_000;
const stopLimitMs = 60_000;
/** The number of CAP_SYS_RESOURCE. */
const resourceCapability = 24n;

function daemonOf(folder: string): ServerProcess {
  return { folder, name: 'dockerd' };
}

/** Paths of sockets are short, so they do not lie in the cache, which may be anywhere. */
const stateFolder = '/run/es-steward-e2e';

export const socketOfDaemon = `unix://${stateFolder}/docker.sock`;

/** Starts a Docker of our own, whose images stay in `folder`. False when it runs already. */
export async function startDaemon(folder: string): Promise<boolean> {
  const daemon = daemonOf(folder);
  const isNew = (await runningPid(daemon)) === undefined;
  if (isNew) {
    await restoreNetwork(folder); // Of a run that was killed.
    await recordNetwork(folder);
    await startDetached(daemon, { command: ['dockerd', ...flags(folder)] });
  }
  await untilItAnswers(daemon);
  return isNew;
}

function flags(folder: string): readonly string[] {
  mkdirSync(stateFolder, { recursive: true });
  return [
    `--host=${socketOfDaemon}`,
    `--data-root=${join(folder, 'docker')}`,
    `--exec-root=${stateFolder}`,
    `--pidfile=${stateFolder}/docker.pid`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
    ...(lacksResourceCapability() ? runtimeFlags : []),
  ];
}

const runtimeFlags = [
  `--add-runtime=without-resource=${join(import.meta.dirname, 'runc-without-resource.sh')}`,
  '--default-runtime=without-resource',
];

/** Some machines keep CAP_SYS_RESOURCE from everybody, root included; a privileged container could not start there. */
function lacksResourceCapability(): boolean {
  const bound = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${bound}`) >> resourceCapability) & 1n) === 0n;
}

async function untilItAnswers(daemon: ServerProcess): Promise<void> {
  const started = performance.now();
  for (;;) {
    const answer = await run('docker', ['--host', socketOfDaemon, 'info']).catch((error: unknown) => error);
    if (typeof answer === 'string') return;
    const isGone = (await runningPid(daemon)) === undefined;
    if (isGone || performance.now() - started > startLimitMs)
      throw new Error(`Docker did not start. The end of its log:\n${logTail(daemon)}`, { cause: answer });
    await sleep(200);
  }
}

/** Asks it to stop, so that it ends its containers and unmounts their file systems; then nothing of its network stays. */
export async function stopDaemon(folder: string): Promise<void> {
  const pid = existsSync(folder) ? await runningPid(daemonOf(folder)) : undefined;
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    const started = performance.now();
    while (exists(pid) && performance.now() - started < stopLimitMs) await sleep(100);
    if (exists(pid)) throw new Error(`Docker, process ${pid}, does not end. Its log: ${folder}/dockerd.log`);
  }
  await restoreNetwork(folder);
}
