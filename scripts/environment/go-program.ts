import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { binaryFolder, onceInto, prepareCache } from './cache.ts';
import { run } from './command.ts';
import { withProgress } from './progress.ts';
import { findGo } from './toolchain.ts';

/**
 * A program that is built from a module of the Go proxy, wrapped in a module of our own: from a `main` that is given, or
 * from a package of that module.
 */
export type GoProgram = {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly tags?: readonly string[];
  /** `-X` settings of the linker: without them the servers do not know their own version. */
  readonly stamps: Readonly<Record<string, string>>;
} & ({ readonly mainGo: string } | { readonly package: string });

/** The path of the program, which is built into the cache where it is not there yet; `duration` tells how long that takes. */
export async function provideGoProgram(program: GoProgram, duration: string): Promise<string> {
  prepareCache();
  const folder = binaryFolder(program.name, program.version, program);
  const title = `Building ${program.name} ${program.version} from its Go module (the first time: ${duration})`;
  await onceInto(folder, () => withProgress(title, (report) => buildGoProgram(program, folder, report)));
  return join(folder, program.name);
}

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
  if ('mainGo' in program) writeFileSync(join(source, 'main.go'), program.mainGo);
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
  program: GoProgram,
  staging: string,
  report: (state: string) => void,
): Promise<void> {
  const { name, stamps, tags = [] } = program;
  let packages = 0;
  const settings = Object.entries(stamps).map(([key, value]) => `-X ${key}=${value}`);
  const linker = ['-s', '-w', ...settings].join(' ');
  // With -v the compiler names every package that it finishes: the only sign of progress that it gives.
  const flags = [
    '-v',
    '-trimpath',
    '-ldflags',
    linker,
    ...(tags.length > 0 ? ['-tags', tags.join(',')] : []),
  ];
  const what = 'mainGo' in program ? '.' : program.package;
  await run(go, ['build', ...flags, '-o', join(staging, name), what], {
    cwd: join(staging, 'source'),
    env: goEnvironment(),
    onErrorLine: (line) => report(line.startsWith('go: ') ? line : `${++packages} packages compiled`),
  });
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', CGO_ENABLED: '0' };
}
