import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, kill, killAll, logTail, pidFile, runningPid, startDetached } from './processes.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'processes-'));
});
afterEach(async () => {
  await killAll(folder);
  rmSync(folder, { recursive: true });
});

async function startServer(name: string, place = folder): Promise<{ folder: string; name: string }> {
  const server = { folder: place, name };
  const forever = 'setInterval(() => {}, 1000)';
  await startDetached(server, { command: [process.execPath, '-e', forever, place] });
  return server;
}

describe('a server process', () => {
  it('runs until it is killed', async () => {
    const server = await startServer('one');
    const pid = await runningPid(server);
    expect(pid).toBeGreaterThan(0);
    expect(await kill(server)).toBe(true);
    expect(exists(pid ?? 0)).toBe(false);
    expect(await kill(server)).toBe(false);
  });

  it('is not mistaken for another process that got its number', async () => {
    const server = { folder, name: 'old' };
    writeFileSync(pidFile(server), String(process.pid));
    expect(await runningPid(server)).toBeUndefined();
  });

  it('takes with it what it has started', async () => {
    const child =
      "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])";
    const program = `console.log('child ' + ${child}.pid); setInterval(() => {}, 1000)`;
    const server = { folder, name: 'launcher' };
    await startDetached(server, { command: [process.execPath, '-e', program, folder] });
    const started = () => Number(/child (\d+)/u.exec(logTail(server))?.[1]);
    await expect.poll(started).toBeGreaterThan(0);
    expect(exists(started())).toBe(true);
    await kill(server);
    expect(exists(started())).toBe(false);
  });

  it('says so when its program is not there', async () => {
    const start = startDetached({ folder, name: 'none' }, { command: [join(folder, 'no-such-program')] });
    await expect(start).rejects.toThrow('ENOENT');
  });

  it('is found below a folder, with all the others', async () => {
    mkdirSync(join(folder, 'deeper/still'), { recursive: true });
    await Promise.all([startServer('a'), startServer('b', join(folder, 'deeper/still'))]);
    expect((await killAll(folder)).toSorted()).toEqual(['a', 'b']);
  });
});
