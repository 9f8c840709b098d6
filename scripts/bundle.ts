import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const packages = join(root, 'node_modules');

/** What a bundle may use of the language, and all that is bundled wants: undici more than all others. */
export const OLDEST_NODE = '22.19';

/** An ES module whose exports are there to be imported, and fail when they are called. */
const unusedExports = (...names: readonly string[]) =>
  names.map((name) => `export const ${name} = undefined;`).join('\n');
/** The same for a package in the older module format: a class may be derived from it and do nothing. */
const unusedClass = 'exports.__esModule = true; exports.default = class {};';

/**
 * What the operator never runs, by the size of it. It costs memory by being loaded: without it an idle operator takes
 * 16 MB less. That what is left still works is tested beside this file.
 */
const replacements: readonly { readonly file: RegExp; readonly contents: string }[] = [
  // A kubeconfig can make clients of the whole API; we take its credentials and make requests of our own: 10 MB.
  {
    file: /client-node\/dist\/gen\/index\.js$/,
    contents: unusedExports('createConfiguration', 'ServerConfiguration'),
  },
  // One method per API of Elasticsearch, and helpers on top of them; we use the transport below: 1 MB.
  { file: /@elastic\/elasticsearch\/lib\/(api\/index|helpers)\.js$/, contents: unusedClass },
  // Messages in 50 languages: 3 MB.
  { file: /zod\/v4\/locales\/index\.js$/, contents: "export { default as en } from './en.js';" },
  // fetch, WebSocket, caches, mocks: 3 MB. Of these four the clients are made.
  {
    file: /node_modules\/undici\/index\.js$/,
    contents: `
      Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'));
      exports.Agent = require('./lib/dispatcher/agent');
      exports.Pool = require('./lib/dispatcher/pool');
      exports.ProxyAgent = require('./lib/dispatcher/proxy-agent');
      exports.buildConnector = require('./lib/core/connect');
    `,
  },
];

const lean: Plugin = {
  name: 'lean',
  setup(build) {
    const kubeconfig = join(packages, '@kubernetes/client-node/dist/config.js');
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: kubeconfig }));
    for (const { file, contents } of replacements)
      build.onLoad({ filter: file }, ({ path }) => ({ contents, resolveDir: dirname(path) }));
  },
};

/** One minified ES module for Node with a source map beside it, to be run by itself with a `head` line. Names what went in. */
export async function bundle(entry: string, outfile: string, head = ''): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    format: 'esm',
    // Not the identifiers: the names of error classes are read by people. Keeping them with short identifiers would
    // give each function a property of its own, a hash table of 256 bytes for each method of each schema: 2 MB.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none', // in licences.txt
    metafile: true,
    plugins: [lean],
    // Packages in the older module format ask for `require` and the folder that they lie in.
    banner: {
      js: [
        head,
        "import { createRequire as __createRequire } from 'node:module';",
        'const require = __createRequire(import.meta.url);',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join(''),
    },
  });
  return metafile;
}
