import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from './lock.ts';

const holders: ChildProcess[] = [];
let folder = '';
const lock = (): string => join(folder, 'lock');
const holder = (): string => `${lock()}.holder`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => {
  for (const child of holders.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Another process that holds the lock. Gives what kills it. */
async function startHolder() {
  const program = `
    import { withLock } from '${join(import.meta.dirname, 'lock.ts')}';
    await withLock('${lock()}', () => new Promise(() => { setInterval(() => {}, 1000); console.log('held'); }));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(child);
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}

describe('withLock', () => {
  it('lets one work at a time', async () => {
    let inside = 0;
    const work = async (): Promise<number> => {
      const together = ++inside;
      await new Promise(setImmediate);
      inside--;
      return together;
    };
    expect(await Promise.all([1, 2, 3].map(() => withLock(lock(), work)))).toEqual([1, 1, 1]);
  });

  it('gives the lock back when the work fails', async () => {
    await expect(withLock(lock(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(lock(), async () => 'mine')).toBe('mine');
    expect(existsSync(holder())).toBe(false);
  });

  it('waits for another process, and takes over at once when that is killed', async () => {
    const kill = await startHolder();
    const order: string[] = [];
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const mine = withLock(lock(), async () => void order.push('mine'));
    // It has looked, and has found that the lock is held.
    await vi.waitFor(() => expect(said).toHaveBeenCalledWith(expect.stringMatching(/^Waiting for process/)));
    said.mockRestore();
    order.push('killed');
    await kill();
    await mine;
    expect(order).toEqual(['killed', 'mine']);
  });

  it('believes no number of a process that was left behind', async () => {
    const kill = await startHolder();
    await kill();
    writeFileSync(holder(), String(process.pid)); // As in a new container, where numbers come again.
    expect(await withLock(lock(), async () => 'mine')).toBe('mine');
  });

  it('can be interrupted while it waits', async () => {
    await startHolder();
    const work = async () => 'mine';
    await expect(withLock(lock(), work, AbortSignal.timeout(50))).rejects.toThrow('aborted');
  });

  it('takes an empty file for free, and says what to do with one that is none of ours', async () => {
    writeFileSync(lock(), '');
    expect(await withLock(lock(), async () => 'mine')).toBe('mine');
    writeFileSync(lock(), '4711');
    await expect(withLock(lock(), async () => 'mine')).rejects.toThrow(/lock cannot be locked.*delete it/);
  });
});
