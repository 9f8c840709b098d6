import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { environment } from './environment.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** A way to the API server of its own, on which one process alone meets faults. Ends with the test. */
export async function proxiedKubeconfig(): Promise<{
  readonly proxy: FaultProxy;
  readonly kubeconfig: string;
}> {
  const proxy = await startFaultProxy(environment().kubeconfig);
  onTestFinished(() => proxy.close());
  const folder = await mkdtemp(join(tmpdir(), 'proxied-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'nobody' } }],
    clusters: [{ name: 'proxy', cluster: { server: proxy.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'nobody', user: {} }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return { proxy, kubeconfig };
}
