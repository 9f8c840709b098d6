import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.ts';

/** The user that Elasticsearch runs as when the caller is root, because it refuses to be root: `nobody`. */
export const unprivilegedUser = { uid: 65534, gid: 65534 } as const;

export const repositoryRoot = resolve(import.meta.dirname, '../..');

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The folder that holds binaries and environments: `ES_STEWARD_CACHE`, else the user's cache folder. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env['ES_STEWARD_CACHE']) return resolve(env['ES_STEWARD_CACHE']);
  // Root's home is closed to others (0700), and Elasticsearch must reach its files under another user.
  if (isRoot()) return '/var/cache/es-steward';
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'es-steward');
}

/** Binaries are keyed by version and by what made them, so that a changed recipe never reuses an old result. */
export function binaryFolder(name: string, version: string, recipe: unknown): string {
  return join(cacheRoot(), 'binaries', `${name}-${version}-${shortHash(JSON.stringify(recipe))}`);
}

/** The lock of something in the cache, beside it: what is locked may be deleted, its lock never. */
export function lockFile(name: string): string {
  return join(cacheRoot(), 'locks', name);
}

/** Makes what is missing in a folder of binaries. Whoever needs the same at the same time waits; nobody else does. */
export async function onceInto(folder: string, make: () => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  await withLock(lockFile(basename(folder)), async () => {
    if (!existsSync(folder)) await make();
  });
}

/**
 * The folder of this checkout's own environment: two checkouts never share processes or data. `ES_STEWARD_ENVIRONMENT`
 * names further ones of the same checkout.
 */
export function environmentFolder(env: NodeJS.ProcessEnv = process.env): string {
  const name = env['ES_STEWARD_ENVIRONMENT'];
  return join(cacheRoot(env), 'environments', shortHash(name ? `${repositoryRoot}#${name}` : repositoryRoot));
}

/** The folder of the throw-away environments of tests and benchmarks. */
export function throwAwayFolder(): string {
  return join(cacheRoot(), 'throw-away');
}

/** Creates the cache and makes sure that the user of Elasticsearch can reach it. */
export function prepareCache(): void {
  process.umask(0o022);
  mkdirSync(cacheRoot(), { recursive: true });
  const closed = isRoot() ? closedAncestor(cacheRoot()) : undefined;
  if (closed === undefined) return;
  throw new Error(
    `The cache folder ${cacheRoot()} lies below ${closed}, which other users cannot enter, and Elasticsearch ` +
      'refuses to run as root. Set ES_STEWARD_CACHE to a folder that everybody can enter, or run as an ordinary user.',
  );
}

/** The first folder on the way to `path` that other users cannot enter, if any. */
export function closedAncestor(path: string): string | undefined {
  const parent = dirname(path);
  if (parent !== path) {
    const above = closedAncestor(parent);
    if (above !== undefined) return above;
  }
  return existsSync(path) && (statSync(path).mode & 0o001) === 0 ? path : undefined;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
