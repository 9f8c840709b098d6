import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licenceTexts } from './build-licences.ts';

/** `npm run build`: the operator as one file, with a source map and the licences of what is inside. Reproducible. */

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist/main.js');

rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'));
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  keepNames: true, // the names of error classes are read by people and by metrics
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none', // in licences.txt
  metafile: true,
  // Packages in the older module format ask for `require` and the folder that they lie in.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join(''),
  },
});
writeFileSync(join(root, 'dist/licences.txt'), licenceTexts(root, Object.keys(metafile.inputs)));
// Node takes a file for the newer module format by its package.json, and the image has no other.
writeFileSync(join(root, 'dist/package.json'), '{ "type": "module" }\n');

const bundle = readFileSync(outfile);
const megabytes = (bundle.byteLength / 1e6).toFixed(1);
console.log(`dist/main.js ${megabytes} MB sha256 ${createHash('sha256').update(bundle).digest('hex')}`);
