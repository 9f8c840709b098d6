import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceTexts } from './build-licences.ts';
import { bundle } from './bundle.ts';

/** `npm run build`: the operator as one file, with a source map and the licences of what is inside. Reproducible. */

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { inputs } = await bundle('src/main.ts', join(dist, 'main.js'));
writeFileSync(join(dist, 'licences.txt'), licenceTexts(root, Object.keys(inputs)));
// Node tells the module format from a package.json, and the image has no other.
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');

const file = readFileSync(join(dist, 'main.js'));
const hash = createHash('sha256').update(file).digest('hex');
console.log(`dist/main.js ${(file.byteLength / 1e6).toFixed(1)} MB sha256 ${hash}`);
