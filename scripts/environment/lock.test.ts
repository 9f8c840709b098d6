import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let folder = '';
const lock = (): string => join(folder, 'lock');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
    expect(existsSync(lock())).toBe(false);
  });

  it('takes over the lock of a process that is gone', async () => {
    writeFileSync(lock(), '4194305'); // Above the highest process number of Linux.
    expect(await withLock(lock(), async () => 'mine')).toBe('mine');
  });
});
