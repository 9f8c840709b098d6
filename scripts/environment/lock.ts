import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { say } from './progress.ts';

const systemError = z.object({ code: z.string() });

/** Runs `work` while no other process holds the same lock file; a lock whose holder died is taken over. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = 0; !tryLock(file); waited++) {
    const pid = holder(file);
    if (waited === 0 && pid !== process.pid)
      say(`Waiting for process ${pid ?? '?'}, which holds ${file} ...`);
    await sleep(300);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const pid = holder(file);
    if (pid === undefined || exists(pid)) return false;
    rmSync(file, { force: true });
    return tryLock(file);
  }
}

function holder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether any process has this number; one that belongs to another user counts. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return systemError.safeParse(error).data?.code === code;
}
