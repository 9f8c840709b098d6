import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../environment/cache.ts';

/**
 * `npm run docs -- build|dev`: the pages as a site, built into dist-docs or served while they are written. What makes
 * the site is a package of its own, so that nobody waits for it who does not want it.
 */

const site = join(repositoryRoot, 'site');
const COMMANDS = ['build', 'dev'];

async function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: site, stdio: 'inherit', shell: process.platform === 'win32' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const [command = ''] = process.argv.slice(2);
if (!COMMANDS.includes(command)) {
  console.error(`npm run docs -- ${COMMANDS.join('|')}: got ${command || 'nothing'}`);
  process.exit(2);
}
const installed = existsSync(join(site, 'node_modules/.package-lock.json'));
const code = installed ? 0 : await run('npm', ['ci', '--no-audit', '--no-fund']);
process.exit(code || (await run('npx', ['vitepress', command])));
