import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** One minified ES module for Node with a source map beside it. Names what went in. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minify: true,
    keepNames: true, // the names of error classes are read by people
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
  return metafile;
}
