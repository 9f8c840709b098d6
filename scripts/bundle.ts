import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

/**
 * What the operator never runs, by the size of it: of client-node it uses the kubeconfig, of the Elasticsearch client not
 * the ES|QL helper that reads Arrow. Both cost memory by being loaded.
 */
const lean: Plugin = {
  name: 'lean',
  setup(build) {
    const kubeconfig = join(root, 'node_modules/@kubernetes/client-node/dist/config.js');
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: kubeconfig }));
    build.onResolve({ filter: /^apache-arrow(\/|$)/ }, ({ path }) => ({ path, namespace: 'unused' }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

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
    plugins: [lean],
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
