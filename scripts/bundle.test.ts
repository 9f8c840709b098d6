import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageFolders } from './build-licences.ts';
import { bundle, OLDEST_NODE } from './bundle.ts';

/** What a bundle leaves out is found by running it: every client makes a request here. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const source = join(root, 'src');
let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'es-steward-bundle-'));
  server = createServer((request, response) => {
    const isElasticsearch = request.url === '/';
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(isElasticsearch && { 'x-elastic-product': 'Elasticsearch' }),
    });
    response.end(
      JSON.stringify(
        isElasticsearch
          ? { tagline: 'You Know, for Search' }
          : { metadata: { resourceVersion: '1' }, items: [] },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Bundles a program that prints JSON, and runs it. */
async function output(program: string): Promise<unknown> {
  const [entry, bundled] = [join(folder, 'program.ts'), join(folder, 'program.mjs')];
  writeFileSync(entry, program);
  await bundle(entry, bundled);
  const { stdout } = await run(process.execPath, [bundled]);
  return JSON.parse(stdout) as unknown;
}

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // listens on a port

it('asks the API server and Elasticsearch with the clients that a bundle keeps', async () => {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: url(), 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 'letters' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const answers = await output(`
    import { createElasticsearch } from '${source}/elasticsearch/client.ts';
    import { createKubernetesApi } from '${source}/kubernetes/client.ts';
    import { kubeconfigCredentials, loadKubeConfig } from '${source}/kubernetes/credentials.ts';
    import { createTransport } from '${source}/kubernetes/transport.ts';
    import { systemClock as clock } from '${source}/runtime/clock.ts';
    const credentials = kubeconfigCredentials(() => loadKubeConfig('${kubeconfig}'), clock);
    const transport = createTransport({ credentials, clock, userAgent: 'test' });
    const page = await createKubernetesApi(transport).list({ group: '', version: 'v1', plural: 'secrets' }, {});
    const elasticsearch = createElasticsearch({
      endpoints: ['${url()}'], auth: { type: 'none' }, requestTimeoutMs: 5000, maxResponseBytes: 1e6,
    });
    const info = await elasticsearch.request({ method: 'GET', path: '/' });
    await Promise.all([elasticsearch.close(), transport.close()]);
    console.log(JSON.stringify([page.items, info]));
  `);
  expect(answers).toEqual([[], { tagline: 'You Know, for Search' }]);
}, 60_000);

it('starts the operator as far as its kubeconfig', async () => {
  const bundled = join(folder, 'operator.mjs');
  await bundle('src/main.ts', bundled);
  const ended = run(process.execPath, [bundled, '--kubeconfig=/nowhere', '--leader-elect=false']);
  await expect(ended).rejects.toMatchObject({ code: 2 });
}, 60_000);

it('runs the kubectl plugin by itself', async () => {
  const bundled = join(folder, 'kubectl-es_steward.mjs');
  await bundle('src/plugin/main.ts', bundled, '#!/usr/bin/env node\n');
  const { stdout } = await run(process.execPath, [bundled, 'help']);
  expect(stdout).toContain('Usage: kubectl es-steward');
  const ended = run(process.execPath, [bundled, 'status', '--kubeconfig=/nowhere']);
  await expect(ended).rejects.toMatchObject({ code: 2 });
}, 60_000);

/** The least Node that a package asks for, as numbers; the alternatives of a range go upwards. */
function leastNode(folder: string): readonly number[] {
  const { engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly engines?: { readonly node?: string };
  };
  return (/\d+(?:\.\d+)*/u.exec(engines?.node ?? '')?.[0] ?? '0').split('.').map(Number);
}

it('asks for no older Node than what the plugin is made of', async () => {
  const { inputs } = await bundle('src/plugin/main.ts', join(folder, 'plugin.mjs'));
  const [major = 0, minor = 0] = OLDEST_NODE.split('.').map(Number);
  const newer = packageFolders(root, Object.keys(inputs)).filter((path) => {
    const [least = 0, then = 0] = leastNode(path);
    return least > major || (least === major && then > minor);
  });
  expect(newer).toEqual([]);
}, 60_000);

it('is the same twice, wherever it is written, and comes with its map', async () => {
  const [first, second] = [join(folder, 'a', 'main.js'), join(folder, 'b', 'main.js')];
  await bundle('src/main.ts', first);
  await bundle('src/main.ts', second);
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  expect(readFileSync(first, 'utf8')).toContain('sourceMappingURL=main.js.map');
  expect(JSON.parse(readFileSync(`${first}.map`, 'utf8'))).toMatchObject({ version: 3 });
}, 60_000);

it('keeps the names of classes, and gives no function a property for it', async () => {
  const names = await output(`
    class SpecialError extends Error {}
    const method = () => 1;
    const properties = Object.getOwnPropertyNames(method);
    console.log(JSON.stringify([SpecialError.name, method.name, properties]));
  `);
  expect(names).toEqual(['SpecialError', 'method', ['length', 'name']]);
  expect(readFileSync(join(folder, 'program.mjs'), 'utf8')).not.toContain('"name",{value:');
}, 60_000);
