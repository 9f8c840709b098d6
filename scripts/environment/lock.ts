import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { say } from './progress.ts';

const pollMs = 300;
/** The last byte of what SQLite answers while somebody else has the lock. */
const SQLITE_BUSY = 5;

const sqliteError = z.object({ errcode: z.number() });

/**
 * Runs `work` while nobody else holds the same lock file, in this process or another. The file is an empty database:
 * SQLite locks it by means of the operating system, so that a holder lets go by ending, however it ends, and nothing is
 * concluded from the number of a process, which may be another's by then. The file itself stays, because two could
 * hold two files of one name.
 * @param signal ends the wait, not the work.
 * @throws when the file cannot be locked at all, with the cure.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = await acquire(file, signal);
  try {
    return await work();
  } finally {
    rmSync(holderFile(file), { force: true });
    lock.close();
  }
}

async function acquire(file: string, signal?: AbortSignal): Promise<DatabaseSync> {
  for (let waited = 0; ; waited++) {
    signal?.throwIfAborted();
    const lock = tryLock(file);
    if (lock !== undefined) return lock;
    const pid = holder(file);
    if (waited === 0 && pid !== String(process.pid))
      say(`Waiting for process ${pid}, which holds ${file} ...`);
    await sleep(pollMs, undefined, signal && { signal });
  }
}

function tryLock(file: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    accessSync(file, constants.W_OK); // Without that right SQLite would only read, and two could have it at once.
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile(file), String(process.pid));
    return lock;
  } catch (cause) {
    lock?.close();
    if (isBusy(cause)) return undefined;
    throw new Error(`${file} cannot be locked. Make sure that you may write it, or delete it.`, { cause });
  }
}

function isBusy(error: unknown): boolean {
  const { data } = sqliteError.safeParse(error);
  return data !== undefined && (data.errcode & 0xff) === SQLITE_BUSY;
}

/** Only for people: a file of its own, because to close the lock file anywhere in a process is to let go of it. */
function holderFile(file: string): string {
  return `${file}.holder`;
}

function holder(file: string): string {
  try {
    return readFileSync(holderFile(file), 'utf8');
  } catch {
    return '?'; // It has it since this very moment, or not any more.
  }
}
