import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCache, throwAwayFolder } from './cache.ts';
import { exists, killAll } from './processes.ts';

/** A folder whose servers and data go with the process that made it, at the latest when the next one is made. */
export async function makeThrowAwayFolder(): Promise<string> {
  prepareCache();
  mkdirSync(throwAwayFolder(), { recursive: true });
  await discardOrphans();
  // Not by mkdtemp, which closes its folders to the user of Elasticsearch.
  const folder = join(throwAwayFolder(), `${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder);
  return folder;
}

/** Ends the servers of a throw-away folder and deletes it. */
export async function discard(folder: string): Promise<void> {
  await killAll(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Clears what was left by processes that were killed before they could. */
export async function discardOrphans(): Promise<void> {
  if (!existsSync(throwAwayFolder())) return;
  const left = readdirSync(throwAwayFolder()).filter((name) => !exists(Number.parseInt(name, 10)));
  await Promise.all(left.map((name) => discard(join(throwAwayFolder(), name))));
}
