import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { issueServerIdentity } from '../../scripts/environment/certificates.ts';
import { systemClock } from '../runtime/clock.ts';
import { createKubernetesApi } from './client.ts';
import { kubeconfigCredentials, loadKubeConfig } from './credentials.ts';
import { createTransport } from './transport.ts';

/** An API server with TLS, and a proxy before it that opens tunnels and nothing else. */

const { authority, server: identity } = issueServerIdentity('test', ['127.0.0.1'], new Date());
let folder: string;
let servers: Server[];
let tunnels: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  servers = [];
  tunnels = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // listens on a port
}

const apiServer = () =>
  createHttps({ cert: identity.certificate, key: identity.key }, (_, answer) =>
    answer.end(JSON.stringify({ metadata: { name: 'a' } })),
  );

const proxy = () =>
  createHttp().on('connect', ({ url = '', headers }, client) => {
    tunnels.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const [host = '', port] = url.split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const end of [target, client]) end.on('error', () => undefined);
  });

function api(server: string, proxyUrl: string) {
  const kubeconfig = join(folder, 'kubeconfig');
  const ca = Buffer.from(authority).toString('base64');
  const cluster = { server: `https://${server}`, 'certificate-authority-data': ca, 'proxy-url': proxyUrl };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'letters' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const credentials = kubeconfigCredentials(() => loadKubeConfig(kubeconfig), systemClock);
  const transport = createTransport({ credentials, clock: systemClock, userAgent: 'test' });
  onTestFinished(() => transport.close());
  return createKubernetesApi(transport);
}

const ref = { kind: { group: '', version: 'v1', plural: 'namespaces' }, name: 'a' };

it('reaches an API server through the proxy of its kubeconfig, and still verifies who answers', async () => {
  const [server, through] = [await listen(apiServer()), await listen(proxy())];
  expect(await api(server, `http://kim:letters@${through}`).get(ref)).toMatchObject({
    metadata: { name: 'a' },
  });
  expect(tunnels).toEqual([`${server} Basic ${Buffer.from('kim:letters').toString('base64')}`]);
});

it('does not go around a proxy that is not there', async () => {
  const server = await listen(apiServer());
  await expect(api(server, 'http://127.0.0.1:1').get(ref)).rejects.toMatchObject({ class: 'unavailable' });
});
