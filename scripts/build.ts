import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceTexts } from './build-licences.ts';
import { buildPlugin } from './build-plugin.ts';
import { bundle } from './bundle.ts';

/**
 * `npm run build`: the operator as one file, with a source map and the licences of what is inside, and the kubectl
 * plugin as a package beside it, which no image carries. Reproducible.
 */

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { inputs } = await bundle('src/main.ts', join(dist, 'main.js'));
writeFileSync(join(dist, 'licences.txt'), licenceTexts(root, Object.keys(inputs)));
// Node tells the module format from a package.json, and the image has no other.
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');

for (const path of ['dist/main.js', ...(await buildPlugin(root))]) {
  const file = readFileSync(join(root, path));
  const hash = createHash('sha256').update(file).digest('hex');
  console.log(`${path} ${(file.byteLength / 1e6).toFixed(1)} MB sha256 ${hash}`);
}
