import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The licences of all packages that went into a bundle, sorted by name, each text as its package carries it. */
export function licenceTexts(root: string, inputs: readonly string[]): string {
  const sections = packageFolders(root, inputs).map(section).sort();
  return `${sections.join(`\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The folders of all packages that went into a bundle. */
export function packageFolders(root: string, inputs: readonly string[]): readonly string[] {
  return [...new Set(inputs.flatMap((input) => packageFolder(join(root, input)) ?? []))];
}

/** Nearest folder below node_modules with a named package.json. */
function packageFolder(file: string): string | undefined {
  if (!file.includes('/node_modules/')) return undefined;
  for (let folder = dirname(file); !folder.endsWith('/node_modules'); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')) && readPackage(folder).name) return folder;
  return undefined;
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package; // written by npm
}

function section(folder: string): string {
  const { name, version, license = 'see below' } = readPackage(folder);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
