import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { contextNamespace, kubeconfigCredentials, loadKubeConfig, useContext } from './credentials.ts';

let folder: string;
let kubeconfig: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  kubeconfig = join(folder, 'kubeconfig');
});
afterEach(() => rmSync(folder, { recursive: true }));

const writeConfig = (user: object, cluster: object = {}) =>
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'here' } }],
      'current-context': 'x',
    }),
  );
const bearer = async (credentials: ReturnType<typeof kubeconfigCredentials>, fresh = false) =>
  (await credentials({ fresh })).headers['Authorization'];
const newCredentials = (clock = manualClock()) =>
  kubeconfigCredentials(() => loadKubeConfig(kubeconfig), clock);

describe('credentials of a kubeconfig', () => {
  it('show where the server is and who we are', async () => {
    writeFileSync(join(folder, 'ca.crt'), 'a certificate');
    writeConfig({ token: 'secret' }, { 'certificate-authority': join(folder, 'ca.crt') });
    expect(await newCredentials()({ fresh: false })).toEqual({
      server: 'https://127.0.0.1:6443',
      headers: { Authorization: 'Bearer secret' },
      tls: { ca: 'a certificate' },
    });
    expect(contextNamespace(loadKubeConfig(kubeconfig))).toBe('here');
  });

  it('follow a rotated token file within half a minute, and at once when they were refused', async () => {
    const tokenFile = join(folder, 'token');
    writeConfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
    const clock = manualClock();
    const credentials = newCredentials(clock);
    writeFileSync(tokenFile, 'first\n');
    expect(await bearer(credentials)).toBe('Bearer first');
    writeFileSync(tokenFile, 'second\n');
    expect(await bearer(credentials)).toBe('Bearer first');
    expect(await bearer(credentials, true)).toBe('Bearer second');
    writeFileSync(tokenFile, 'third\n');
    await clock.advance(30_001);
    expect(await bearer(credentials)).toBe('Bearer third');
  });

  it('never go on as an anonymous caller with an empty token', async () => {
    const tokenFile = join(folder, 'token');
    writeConfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
    const credentials = newCredentials();
    writeFileSync(tokenFile, '\n');
    await expect(credentials({ fresh: false })).rejects.toThrow('token');
    writeFileSync(tokenFile, 'back');
    expect(await bearer(credentials)).toBe('Bearer back');
  });
});

describe('several files in KUBECONFIG', () => {
  const write = (name: string, config: object) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
    return file;
  };
  const cluster = (name: string, server: string) => ({ name, cluster: { server } });
  const user = (name: string, token: string) => ({ name, user: { token } });
  const context = (name: string, of: string, who = of) => ({ name, context: { cluster: of, user: who } });
  const loadFrom = (...files: readonly string[]) => {
    vi.stubEnv('KUBECONFIG', files.join(delimiter));
    return loadKubeConfig();
  };
  afterEach(() => vi.unstubAllEnvs());

  const first = () =>
    write('first', {
      clusters: [cluster('a', 'https://first-a')],
      users: [user('a', 'first')],
      contexts: [context('x', 'a')],
      'current-context': 'x',
    });
  const second = () =>
    write('second', {
      clusters: [cluster('a', 'https://second-a'), cluster('b', 'https://second-b')],
      users: [user('a', 'second'), user('b', 'second')],
      contexts: [context('x', 'b'), context('y', 'b')],
      'current-context': 'y',
    });

  it('are merged as kubectl does: what the first of them says stands, of the context and of each name', async () => {
    const config = loadFrom(first(), second());
    expect(config.getCurrentContext()).toBe('x');
    expect(config.getCurrentCluster()?.server).toBe('https://first-a');
    expect(config.getCurrentUser()?.token).toBe('first');
    expect(useContext(config, 'y').getCurrentCluster()?.server).toBe('https://second-b');
  });

  it('may say nothing, or not be there', () => {
    writeFileSync(join(folder, 'empty'), '');
    const contextless = write('contextless', { clusters: [cluster('z', 'https://z')] });
    const config = loadFrom(join(folder, 'none'), join(folder, 'empty'), '', contextless, second());
    expect(config.getCurrentContext()).toBe('y');
    expect(config.getClusters().map(({ name }) => name)).toEqual(['z', 'a', 'b']);
  });

  it('cannot all be missing', () => {
    expect(() => loadFrom(join(folder, 'none'), join(folder, 'nor'))).toThrow('KUBECONFIG');
  });
});
