import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { configMaps, openProcessBed, reindexRequests } from './process-bed.ts';
import type { ProcessBed } from './process-bed.ts';

let bed: ProcessBed;
beforeAll(async () => {
  bed = await openProcessBed();
});

async function elasticsearch(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${environment().elasticsearch.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function untilPaused(operator: OperatorProcess, paused: 0 | 1): Promise<number> {
  const start = performance.now();
  await eventually(`paused is ${paused}`, async () =>
    (await operator.get('/metrics')).text.includes(`es_steward_paused ${paused}\n`),
  );
  return performance.now() - start;
}

const createCopy = ({ api, namespace }: ProcessBed, name: string, spec: object = {}) =>
  api.create(reindexRequests, namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ReindexRequest',
    metadata: { namespace, name },
    spec: {
      connectionRef: { name: 'main' },
      source: { index: `${name}-old` },
      destination: { index: `${name}-new` },
      writeMode: 'BlockFirst',
      ...spec,
    },
  });

const setPaused = ({ api, namespace }: ProcessBed) =>
  api.create(configMaps, namespace, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'es-steward' },
    data: { paused: 'true' },
  });

it('stops every effect within five seconds, keeps reporting, and lets go again', async () => {
  const name = `switch-${randomUUID().slice(0, 8)}`;
  await elasticsearch('PUT', `/${name}-old/_doc/1?refresh=true`, { a: 1 });
  const operator = bed.start();
  await bed.createConnection('main', environment().elasticsearch.url);
  await operator.logged('became the leader');
  const ref = { kind: configMaps, namespace: bed.namespace, name: 'es-steward' };
  await setPaused(bed);
  expect(await untilPaused(operator, 1)).toBeLessThan(5_000);

  await createCopy(bed, name);
  await bed.ready(reindexRequests, name, (reason) => reason === 'Paused');
  expect((await elasticsearch('HEAD', `/${name}-new`)).status).toBe(404);

  await bed.api.mergePatch(ref, { data: { paused: 'false' } });
  expect(await untilPaused(operator, 0)).toBeLessThan(5_000);
  await bed.ready(reindexRequests, name, (_reason, status) => status === 'True');
  expect((await elasticsearch('HEAD', `/${name}-new`)).status).toBe(200);
});

it('lets go of a block when its deadline is over all the same, and of none before', async () => {
  // With a Lease of its own, which no process that was killed still holds.
  const own = await openProcessBed();
  const name = `switch-${randomUUID().slice(0, 8)}`;
  const documents = Array.from({ length: 2_000 }, (_, id) => `{"index":{"_id":"${id}"}}\n{"a":1}\n`).join('');
  await elasticsearch('PUT', `/${name}-old/_bulk?refresh=true`, documents);
  const takesWrites = async () =>
    (await elasticsearch('PUT', `/${name}-old/_doc/new`, { a: 1 })).status !== 403;
  const operator = own.start();
  await own.createConnection('main', environment().elasticsearch.url);
  await operator.logged('became the leader');
  await createCopy(own, name, { maxWriteOutage: '15s', throttle: { requestsPerSecond: 1 } });
  await eventually('writes are blocked', async () => !(await takesWrites()));
  await setPaused(own);
  await untilPaused(operator, 1);
  expect(await takesWrites()).toBe(false);
  await eventually('writes are free', takesWrites);
  await own.ready(reindexRequests, name, (reason) => reason === 'Paused');
});

it('is on from the start with --paused', async () => {
  expect(await untilPaused(bed.start(['--paused']), 1)).toBeLessThan(5_000);
});
