import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from '../../scripts/environment/private-servers.ts';

const given = Boolean(process.env['KUBECONFIG']);

describe.skipIf(given)('a control plane of one test', () => {
  let plane: PrivateControlPlane;
  let core: CoreV1Api;

  beforeAll(async () => {
    plane = await startPrivateControlPlane();
    const config = new KubeConfig();
    config.loadFromFile(plane.info.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
  });
  afterAll(() => plane.stop());

  it('makes the account of every namespace, as a cluster does', async () => {
    await core.createNamespace({ body: { metadata: { name: 'kept' } } });
    await expect
      .poll(() =>
        core.readNamespacedServiceAccount({ name: 'default', namespace: 'kept' }).catch(() => 'not yet'),
      )
      .toMatchObject({ metadata: { name: 'default' } });
  });

  it('keeps its data when all of it is killed', async () => {
    const parts = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
    for (const part of parts) await plane.kill(part);
    expect(
      await core.readNamespace({ name: 'kept' }).then(
        () => 'answer',
        () => 'no answer',
      ),
    ).toBe('no answer');
    for (const part of parts) await plane.restart(part);
    expect((await core.readNamespace({ name: 'kept' })).metadata?.name).toBe('kept');
  });

  it('answers nothing while it is frozen, and everything afterwards', async () => {
    await plane.pause('kube-apiserver');
    const answer = core.readNamespace({ name: 'kept' });
    const first = await Promise.race([
      answer.then(() => 'answer'),
      plane.resume('kube-apiserver').then(() => 'resumed'),
    ]);
    expect(first).toBe('resumed');
    expect((await answer).metadata?.name).toBe('kept');
  });
});
