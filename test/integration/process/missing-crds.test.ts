import { expect, it, onTestFinished } from 'vitest';
import { applyCustomResources } from '../../../scripts/environment/kubernetes-api.ts';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import { eventually } from '../../support/eventually.ts';
import { openProcessBed } from './process-bed.ts';

it('says which CRDs are missing, lives on unready, and begins when they come', async () => {
  const plane = await startPrivateControlPlane({ withCustomResources: false });
  onTestFinished(() => plane.stop());
  const { kubeconfig } = plane.info;

  const bed = await openProcessBed(kubeconfig);
  const operator = bed.start();
  const line = await operator.logged('is not installed');
  expect(line['message']).toContain('deploy/crds');
  expect((await operator.get('/readyz')).status).toBe(503);
  expect((await operator.get('/healthz')).status).toBe(200);

  await applyCustomResources(kubeconfig);
  await eventually(
    'it is ready',
    async () => (await operator.get('/readyz')).status === 200 || undefined,
    30_000,
  );
});
