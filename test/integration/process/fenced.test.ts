import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
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
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { startOperatorFor } from './process-bed.ts';

const OUTAGE_MS = 12_000;

const bed = await useReindexBed();

/** With a Lease of its own: how long that of the dead is waited for is another test's matter. */
const start = (kubeconfig?: string) =>
  startOperatorFor(bed.namespace, [`--lease-name=${randomUUID()}`], kubeconfig);

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

const inPhase = (name: string, phase: string): Promise<ReindexRequest> =>
  eventually(
    `the request is ${phase}`,
    async () => {
      const found = await readRequest(bed, name);
      return found?.status?.phase === phase ? found : undefined;
    },
    90_000,
  );

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
  start();
  const { status } = await inPhase(name, 'Completed');
  expect(status?.fenceTries).toBe(1);
  expect(await difference(bed.es, from, to)).toBeUndefined();
  expect((await indexOf(bed.es, name))?.name).toBe(to);
  expect(await leftovers(bed.es, metadata.uid)).toEqual([]);
});

it('frees the writers of an Online copy before it ends on SIGTERM, and the next process goes on', {
  timeout: 180_000,
}, async () => {
  const { from, to, name } = await createSource(bed, { documents: numbered(20) });
  await addAliases(bed.es, from, { [name]: {} });
  const leader = start();
  await leader.logged('became the leader', 60_000);
  // The last part copies all of this while writers wait: it takes longer than they are kept waiting.
  const last = numbered(900).map(({ id, source }) => ({ id: `last-${id}`, source }));
  const throttle = { requestsPerSecond: 20, batchSize: 10 };
  await createRequest(bed, name, { from, to, writeMode: 'Online', approval: 'BeforeCutover', throttle });
  const { status } = await inPhase(name, 'AwaitingApproval');
  await write(bed.es, name, last);
  const annotations = { 'es-steward.dev/approve': status?.plan?.hash };
  await editRequest(bed, name, { metadata: { annotations } });
  await untilBlocked(from, true);
  leader.signal('SIGTERM');
  expect(await leader.exited).toBe(0);
  const source = await indexOf(bed.es, from);
  expect(source && isBlocked(source)).toBe(false);
  await write(bed.es, name, [{ id: '1', source: { text: 'written after the block' } }]);
  await editRequest(bed, name, { spec: { throttle: null } });
  start();
  const ended = await inPhase(name, 'Completed');
  expect(ended.status).toMatchObject({ fenceTries: 1, destination: { documents: 920 } });
  expect(await difference(bed.es, from, to)).toBeUndefined();
});
