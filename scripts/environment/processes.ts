import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { run } from './command.ts';

const buryLimitMs = 5000;

const notPermitted = z.object({ code: z.literal('EPERM') });

/**
 * A server of an environment. Its files are `NAME.pid` and `NAME.log` in the folder; the folder is part of its command
 * line, which proves that a process with its number is still that server and no later one.
 */
export type ServerProcess = { readonly folder: string; readonly name: string };

export type Launch = {
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The user to run as, where the caller is root and the server must not be. */
  readonly user?: { readonly uid: number; readonly gid: number };
};

export function pidFile({ folder, name }: ServerProcess): string {
  return join(folder, `${name}.pid`);
}

export function logFile({ folder, name }: ServerProcess): string {
  return join(folder, `${name}.log`);
}

/** Starts a server that outlives its caller: its own session, and no tie to a terminal. */
export async function startDetached(server: ServerProcess, launch: Launch): Promise<void> {
  const child = launchDetached(server, launch);
  await once(child, 'spawn');
  child.unref();
  writeFileSync(pidFile(server), String(child.pid));
}

/** Starts a launcher that writes the pid file of its server by itself. Gives the launcher. */
export function launchDetached(
  server: ServerProcess,
  { command, env, cwd, user }: Launch,
): ReturnType<typeof spawn> {
  const [file, ...args] = command;
  const log = openSync(logFile(server), 'a');
  return spawn(file, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: env ?? process.env,
    cwd: cwd ?? server.folder,
    ...user,
  });
}

/** The process number of a server that runs. */
export async function runningPid(server: ServerProcess): Promise<number | undefined> {
  const file = pidFile(server);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  if (!(pid > 0) || !exists(pid)) return undefined;
  return (await commandLine(pid)).includes(server.folder) ? pid : undefined;
}

/** Whether any process has this number, or any of a group its negative; one that belongs to another user counts. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return notPermitted.safeParse(error).success;
  }
}

/** What a process was started with; empty for one that is gone or only waits to be buried by its parent. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  } catch {
    return ''; // The process ended between the two looks.
  }
}

/**
 * Ends a server at once and waits until it is gone. Never with a polite signal: an API server would wait a minute for
 * its open watches, and every server here recovers from a kill.
 */
export async function kill(server: ServerProcess): Promise<boolean> {
  const pid = await runningPid(server);
  if (pid === undefined) return false;
  killGroup(pid);
  await untilGone(pid);
  rmSync(pidFile(server), { force: true });
  return true;
}

/** A launcher goes with the server that it has started. */
function killGroup(pid: number): void {
  process.kill(exists(-pid) ? -pid : pid, 'SIGKILL');
}

/**
 * A dying process keeps its ports and file locks until its last thread is gone, a while after it has lost its command
 * line. The limit is for containers whose first process never buries the dead: those exist for ever.
 */
async function untilGone(pid: number): Promise<void> {
  const started = performance.now();
  while ((exists(pid) || exists(-pid)) && performance.now() - started < buryLimitMs) await sleep(20);
}

/** Ends every server that has its files in a folder or two levels below, in no particular order. */
export async function killAll(folder: string): Promise<readonly string[]> {
  const servers = serversIn(folder);
  const killed = await Promise.all(servers.map(kill));
  return servers.filter((_, index) => killed[index]).map(({ name }) => name);
}

function serversIn(folder: string, levels = 2): readonly ServerProcess[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return levels > 0 ? serversIn(join(folder, entry.name), levels - 1) : [];
    return entry.name.endsWith('.pid') ? [{ folder, name: entry.name.slice(0, -'.pid'.length) }] : [];
  });
}

/** The last lines of a server's log, for an error that has to say why it did not start. */
export function logTail(server: ServerProcess, lines = 15): string {
  const file = logFile(server);
  return existsSync(file)
    ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
    : '(no log)';
}
