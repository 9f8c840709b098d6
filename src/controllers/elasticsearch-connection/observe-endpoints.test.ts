import { afterEach, expect, it } from 'vitest';
import { json, startScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import type { ScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import { createElasticsearch } from '../../elasticsearch/client.ts';
import type { Pass } from '../../runtime/controller.ts';
import { createObserve } from './observe.ts';
import type { Connection } from './observed.ts';
import { strayEndpoint } from './observe-endpoints.ts';
import { createVerifications } from './verifications.ts';

// On the scenario server: nodes of a real cluster agree on who they are.

const servers: ScenarioElasticsearch[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function endpointOf(uuid: string): Promise<string> {
  const info = { cluster_name: 'es', cluster_uuid: uuid, version: { number: '9.4.3' } };
  const server = await startScenarioElasticsearch(() => json(info));
  servers.push(server);
  return server.url;
}

const clientOf = (endpoints: readonly string[]) =>
  createElasticsearch({
    endpoints,
    auth: { type: 'none' },
    requestTimeoutMs: 5_000,
    maxResponseBytes: 10_000,
  });

async function strayOf(...endpoints: readonly string[]) {
  const client = clientOf(endpoints);
  // A cast: nothing else of it is used.
  const resource = { spec: { endpoints } } as unknown as Connection;
  const probe = { clusterUuid: 'uuid-1', timeoutMs: 5_000 };
  try {
    return await strayEndpoint(resource, client, probe, new AbortController().signal);
  } finally {
    await client.close();
  }
}

it('names an endpoint of another cluster, wherever it stands', async () => {
  const [own, foreign] = [await endpointOf('uuid-1'), await endpointOf('uuid-2')];
  for (const endpoints of [
    [own, foreign],
    [foreign, own],
  ])
    expect(await strayOf(...endpoints)).toMatchObject({
      type: 'stalled',
      reason: 'ClusterChanged',
      message: expect.stringMatching(new RegExp(`^${foreign} leads to cluster uuid-2, .* uuid-1`)),
    });
});

it('goes by the cluster that is pinned, whichever endpoint has its turn', async () => {
  const [own, foreign] = [await endpointOf('uuid-1'), await endpointOf('uuid-2')];
  const spec = { endpoints: [foreign, own], requestTimeout: '5s', grants: [] };
  // A cast: nothing else of it is used.
  const resource = { metadata: {}, spec, status: { clusterUUID: 'uuid-1' } } as unknown as Connection;
  const client = clientOf(spec.endpoints);
  const observe = createObserve({
    connections: { client: async () => client },
    verifications: createVerifications(),
    operationsOf: () => ({ active: [], queued: 0 }),
  });
  const pass = { now: 0, signal: new AbortController().signal } as Pass;
  for (let turn = 0; turn < 3; turn += 1)
    expect(await observe(resource, pass)).toMatchObject({
      failure: { message: expect.stringMatching(new RegExp(`^${foreign} leads to cluster uuid-2`)) },
    });
  await client.close();
});

it('leaves it to a person to accept a cluster that all of them lead to', async () => {
  const endpoints = [await endpointOf('uuid-1'), await endpointOf('uuid-1')];
  const resource = { spec: { endpoints }, status: { clusterUUID: 'uuid-9' } } as unknown as Connection;
  const client = clientOf(endpoints);
  const probe = { clusterUuid: 'uuid-1', timeoutMs: 5_000 };
  expect(await strayEndpoint(resource, client, probe, new AbortController().signal)).toBeUndefined();
  await client.close();
});

it('is content with those that agree, and with one that cannot be reached', async () => {
  const down = await endpointOf('uuid-2');
  await servers.at(-1)?.stop();
  const [one, other] = [await endpointOf('uuid-1'), await endpointOf('uuid-1')];
  expect(await strayOf(one, other, down)).toBeUndefined();
});

it('asks no second time where there is only one', async () => {
  const only = await endpointOf('uuid-2');
  expect(await strayOf(only)).toBeUndefined();
  expect(servers[0]?.received).toEqual([]);
});
