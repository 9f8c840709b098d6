import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { closedAncestor, isRoot } from './cache.ts';
import { run } from './command.ts';
import type { ElasticsearchRelease } from './versions.ts';

const leastGo = { major: 1, minor: 26 } as const;

/** The path of a program on `PATH`, if it is there. */
export function findOnPath(program: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** The path of a program that must be there; `cure` says how to get it. */
export function requireOnPath(program: string, cure: string): string {
  const found = findOnPath(program);
  if (found !== undefined) return found;
  throw new Error(`\`${program}\` is not on PATH. ${cure}`);
}

/** The Go that builds the control plane. */
export async function findGo(): Promise<string> {
  const cure = `Install Go ${leastGo.major}.${leastGo.minor} or newer (https://go.dev/dl), or set KUBEBUILDER_ASSETS or KUBECONFIG.`;
  const go = requireOnPath('go', cure);
  const version = (await run(go, ['env', 'GOVERSION'])).trim();
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major > leastGo.major || (major === leastGo.major && minor >= leastGo.minor)) return go;
  throw new Error(`${go} is ${version}, which is too old to build Kubernetes. ${cure}`);
}

type Java = { readonly home: string; readonly major: number };

/** A Java home that `release` starts on, the most explicit choice first. */
export function findJava(
  release: Pick<ElasticsearchRelease, 'java'>,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const { min, max } = release.java;
  const found = javaHomes(env).flatMap(inspectJava);
  const fitting = found.find(({ major }) => major >= min && major <= max);
  if (fitting !== undefined) return fitting.home;
  const range = max === Number.POSITIVE_INFINITY ? `${min} or newer` : `${min} to ${max}`;
  const seen = found.map(({ home, major }) => `${major} (${home})`).join(', ') || 'none';
  throw new Error(
    `This Elasticsearch needs Java ${range}; found: ${seen}. Install one (https://adoptium.net), set ES_JAVA_HOME to it, or set ELASTICSEARCH_URL.`,
  );
}

function javaHomes(env: NodeJS.ProcessEnv): readonly string[] {
  const onPath = findOnPath('java', env['PATH']);
  const named = [env['ES_JAVA_HOME'], env['JAVA_HOME'], onPath && dirname(dirname(realpathSync(onPath)))];
  const usual = [
    ...foldersIn('/usr/lib/jvm'),
    ...foldersIn('/opt/java'),
    ...foldersIn(join(homedir(), '.sdkman/candidates/java')),
    ...foldersIn('/Library/Java/JavaVirtualMachines').map((folder) => join(folder, 'Contents/Home')),
  ];
  return [...new Set([...named, ...usual].filter((home) => home !== undefined))].filter(
    (home) => home !== '',
  );
}

function foldersIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Every Java home says its version in a file `release`. One that Elasticsearch's own user cannot enter is no use. */
function inspectJava(home: string): readonly Java[] {
  const release = join(home, 'release');
  if (!existsSync(join(home, 'bin/java')) || !existsSync(release)) return [];
  if (isRoot() && closedAncestor(home) !== undefined) return [];
  const major = Number(/^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(readFileSync(release, 'utf8'))?.[1]);
  return Number.isNaN(major) ? [] : [{ home, major }];
}
