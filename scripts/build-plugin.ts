import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tarGz } from '../src/plugin/archive.ts';
import { licenceTexts } from './build-licences.ts';
import { bundle, OLDEST_NODE } from './bundle.ts';

/** kubectl finds `es-steward` under this name; the underscore is its way to write a hyphen. */
const PROGRAM = 'kubectl-es_steward';
/** Of every file in the archive, so that the same sources make the same bytes. */
const TIME = 0;

/**
 * The plugin: `dist-plugin/package` for npm, and `dist-plugin/kubectl-es_steward.tar.gz` with its manifest for krew.
 * Names the files that are worth a checksum, from the root of the repository.
 */
export async function buildPlugin(root: string): Promise<readonly string[]> {
  const dist = join(root, 'dist-plugin');
  const folder = join(dist, 'package');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const program = `${PROGRAM}.mjs`;
  const { inputs } = await bundle('src/plugin/main.ts', join(folder, program), '#!/usr/bin/env node\n');
  chmodSync(join(folder, program), 0o755);
  writeFileSync(join(folder, 'licences.txt'), licenceTexts(root, Object.keys(inputs)));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), packageJson(root, program));
  const archive = archiveOf(folder, program);
  writeFileSync(join(dist, `${PROGRAM}.tar.gz`), archive);
  writeFileSync(join(dist, 'es-steward.yaml'), manifest(root, archive));
  return [`dist-plugin/package/${program}`, `dist-plugin/${PROGRAM}.tar.gz`];
}

interface PackageJson {
  readonly version: string;
  readonly license: string;
}

const readPackage = (root: string): PackageJson =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson; // our own

function packageJson(root: string, program: string): string {
  const { version, license } = readPackage(root);
  const engines = { node: `>=${OLDEST_NODE}` };
  const description =
    'kubectl es-steward: look at the Elasticsearch upkeep of es-steward, and answer what it asks.';
  const bin = { [PROGRAM]: program };
  const fields = { name: 'kubectl-es-steward', version, description, license, type: 'module', engines, bin };
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** Without the source map, which is for those who debug. */
function archiveOf(folder: string, program: string): Uint8Array {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.map'));
  const files = names.sort().map((path) => ({
    path,
    content: readFileSync(join(folder, path)),
    executable: path === program,
  }));
  return tarGz(files, TIME);
}

/** deploy/krew/es-steward.yaml for this version and these bytes. */
function manifest(root: string, archive: Uint8Array): string {
  const sha256 = createHash('sha256').update(archive).digest('hex');
  return readFileSync(join(root, 'deploy/krew/es-steward.yaml'), 'utf8')
    .replaceAll('VERSION', `v${readPackage(root).version}`)
    .replaceAll('SHA256', sha256);
}
