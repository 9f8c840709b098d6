import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { type OperatorProcess, startOperatorProcess } from '../../support/operator-process.ts';
import { proxiedKubeconfig } from '../../support/proxied-kubeconfig.ts';
import { createRequest, editRequest, readRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  write,
} from '../../support/reindex-indices.ts';

const OUTAGE_MS = 12_000;

const bed = await useReindexBed();

function start(kubeconfig: string): OperatorProcess {
  const operator = startOperatorProcess({
    args: [
      `--watch-namespaces=${bed.namespace}`,
      `--lease-namespace=${bed.namespace}`,
      // Of its own: how long a lease of the dead is waited for is another test's matter.
      `--lease-name=${randomUUID()}`,
      '--metrics-address=127.0.0.1:0',
      '--health-address=127.0.0.1:0',
    ],
    environment: { KUBECONFIG: kubeconfig },
  });
  onTestFinished(async () => {
    operator.signal('SIGKILL');
    await operator.exited;
  });
  return operator;
}

async function untilBlocked(index: string, wanted: boolean): Promise<void> {
  await eventually(
    `writes to ${index} are ${wanted ? 'blocked' : 'free'}`,
    async () => {
      const found = await indexOf(bed.es, index);
      return found !== undefined && isBlocked(found) === wanted ? true : undefined;
    },
    60_000,
  );
}

it('frees the writers in time when API server and lease are lost behind the block (H83)', {
  timeout: 180_000,
}, async ({ annotate }) => {
  const { from, to, name } = await createSource(bed, { documents: numbered(400) });
  await addAliases(bed.es, from, { [name]: {} });
  const { proxy, kubeconfig } = await proxiedKubeconfig();
  const lonely = start(kubeconfig);
  await lonely.logged('became the leader', 60_000);
  const throttle = { requestsPerSecond: 10 };
  const { metadata } = await createRequest(bed, name, {
    from,
    to,
    throttle,
    maxWriteOutage: `${OUTAGE_MS / 1_000}s`,
  });
  await untilBlocked(from, true);
  const blocked = performance.now();
  await eventually('the block is in status', async () => {
    const request = await readRequest(bed, name);
    return request?.status?.fence?.verified ?? undefined;
  });
  proxy.fault = () => ({ type: 'cut before' });
  await untilBlocked(from, false);
  const outage = performance.now() - blocked;
  await annotate(`writes were blocked for ${Math.round(outage)} ms`);
  expect(outage).toBeLessThan(OUTAGE_MS + 6_000);
  await write(bed.es, name, [{ id: '1', source: { text: 'written after the block' } }]);
  expect(await lonely.exited).toBe(1);

  await editRequest(bed, name, { spec: { throttle: null } });
  start(environment().kubeconfig);
  const { status } = await eventually(
    'the request is completed',
    async () => {
      const found = await readRequest(bed, name);
      return found?.status?.phase === 'Completed' ? found : undefined;
    },
    90_000,
  );
  expect(status?.fenceTries).toBe(1);
  expect(await difference(bed.es, from, to)).toBeUndefined();
  expect((await indexOf(bed.es, name))?.name).toBe(to);
  expect(await leftovers(bed.es, metadata.uid)).toEqual([]);
});
