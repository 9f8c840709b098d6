import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './command.ts';
import { findGo } from './toolchain.ts';

/** A program that is built from a module of the Go proxy, wrapped in a module of our own. */
export type GoProgram = {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly mainGo: string;
  /** `-X` settings of the linker: without them the servers do not know their own version. */
  readonly stamps: Readonly<Record<string, string>>;
};

const downloaded = z.object({ GoMod: z.string() });

/** Builds the program into `folder` under its own name; the folder appears only when the build is complete. */
export async function buildGoProgram(
  program: GoProgram,
  folder: string,
  report: (state: string) => void,
): Promise<void> {
  const staging = `${folder}.building`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, 'source'), { recursive: true });
  const go = await findGo();
  await writeSource(go, program, join(staging, 'source'), report);
  await compile(go, program, staging, report);
  rmSync(join(staging, 'source'), { recursive: true });
  renameSync(staging, folder);
}

async function writeSource(
  go: string,
  program: GoProgram,
  source: string,
  report: (state: string) => void,
): Promise<void> {
  report('fetching its module');
  const answer = await run(go, ['mod', 'download', '-json', `${program.module}@${program.version}`], {
    cwd: source,
    env: goEnvironment(),
  });
  const upstream = readFileSync(downloaded.parse(JSON.parse(answer)).GoMod, 'utf8');
  writeFileSync(join(source, 'go.mod'), wrapperModule(program, upstream));
  writeFileSync(join(source, 'main.go'), program.mainGo);
}

/**
 * The `go.mod` of the wrapper. Kubernetes releases point their staging modules at folders beside them (`./staging`),
 * which only exist in its repository: each is also published, as v0.MINOR.PATCH.
 */
export function wrapperModule({ module, version }: GoProgram, upstream: string): string {
  const goLine = /^go .*$/m.exec(upstream)?.[0] ?? 'go 1.26';
  const staged = [...upstream.matchAll(/^\s*(?:replace )?(\S+) => \.\/staging/gm)].map((match) => match[1]);
  const published = version.replace(/^v1\./, 'v0.');
  const replaces = staged.map((name) => `replace ${name} => ${name} ${published}`);
  return ['module wrapper', goLine, `require ${module} ${version}`, ...replaces, ''].join('\n');
}

async function compile(
  go: string,
  { name, stamps }: GoProgram,
  staging: string,
  report: (state: string) => void,
): Promise<void> {
  let packages = 0;
  const settings = Object.entries(stamps).map(([key, value]) => `-X ${key}=${value}`);
  const linker = ['-s', '-w', ...settings].join(' ');
  // With -v the compiler names every package that it finishes: the only sign of progress that it gives.
  await run(go, ['build', '-v', '-trimpath', '-o', join(staging, name), '-ldflags', linker, '.'], {
    cwd: join(staging, 'source'),
    env: goEnvironment(),
    onErrorLine: (line) => report(line.startsWith('go: ') ? line : `${++packages} packages compiled`),
  });
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', CGO_ENABLED: '0' };
}
