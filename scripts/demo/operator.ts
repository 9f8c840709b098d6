import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentFolder, repositoryRoot } from '../environment/cache.ts';
import {
  kill,
  logFile,
  logTail,
  runningPid,
  type ServerProcess,
  startDetached,
} from '../environment/processes.ts';
import { freePorts } from '../environment/ports.ts';
import { demoNamespace } from './servers.ts';

const startLimitMs = 30_000;
const stopLimitMs = 15_000;

function operatorProcess(): ServerProcess {
  return { folder: join(environmentFolder(), 'operator'), name: 'es-steward' };
}

/** Where the operator writes its log. */
export function operatorLog(): string {
  return logFile(operatorProcess());
}

/** Starts the operator from source, as `npm start` does, and waits until it says that it is ready. */
export async function startOperator(kubeconfig: string): Promise<void> {
  const server = operatorProcess();
  mkdirSync(server.folder, { recursive: true });
  const [metrics, health] = await freePorts(2);
  const settings = join(server.folder, 'operator.env');
  // Settings in a file of this folder, and not as flags: its path in the command line proves whose process this is.
  writeFileSync(
    settings,
    [
      `ES_STEWARD_METRICS_ADDRESS=127.0.0.1:${metrics}`,
      `ES_STEWARD_HEALTH_ADDRESS=127.0.0.1:${health}`,
      `ES_STEWARD_WATCH_NAMESPACES=${demoNamespace}`,
      `ES_STEWARD_LEASE_NAMESPACE=${demoNamespace}`,
      '',
    ].join('\n'),
  );
  writeFileSync(logFile(server), '');
  const main = join(repositoryRoot, 'src/main.ts');
  await startDetached(server, {
    command: [process.execPath, `--env-file=${settings}`, main],
    cwd: repositoryRoot,
    env: { ...process.env, KUBECONFIG: kubeconfig },
  });
  await untilReady(server, `http://127.0.0.1:${health}/readyz`);
}

async function untilReady(server: ServerProcess, url: string): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < startLimitMs) {
    if (await answersOk(url)) return;
    if ((await runningPid(server)) === undefined) break;
    await sleep(100);
  }
  throw new Error(`The operator did not become ready. The end of its log:\n${logTail(server)}`);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false; // It does not listen yet; whether it still runs is looked at by the caller.
  }
}

/** Asks the operator to end, which gives its lease back, and ends it if it does not. */
export async function stopOperator(): Promise<void> {
  const server = operatorProcess();
  const pid = await runningPid(server);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  const started = performance.now();
  while ((await runningPid(server)) !== undefined && performance.now() - started < stopLimitMs)
    await sleep(50);
  await kill(server);
}

export async function operatorRuns(): Promise<boolean> {
  return (await runningPid(operatorProcess())) !== undefined;
}

/** Lines of the operator's log at the level error or above, for the person who looks for a reason. */
export function operatorErrors(): readonly string[] {
  if (!existsSync(operatorLog())) return [];
  return readFileSync(operatorLog(), 'utf8')
    .split('\n')
    .filter((line) => /"level":(?:50|60|"error"|"fatal")/.test(line))
    .slice(-5);
}
