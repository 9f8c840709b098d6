import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** How a script ends, and what it prints. */
function run(script: string, ...args: readonly string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const path = join(import.meta.dirname, script);
    execFile(process.execPath, [path, ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const scripts = ['demo/main.ts', 'e2e/main.ts', 'bench/main.ts', 'environment/main.ts'];

it.each(scripts)('%s refuses what it does not know in one line, and shows its help', async (script) => {
  const { code, stderr } = await run(script, '--nope');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Unknown option '--nope'\.\n\nusage: npm run \w+/);
  const help = await run(script, '--help');
  expect([help.code, help.stdout.startsWith('usage: npm run ')]).toEqual([0, true]);
});
