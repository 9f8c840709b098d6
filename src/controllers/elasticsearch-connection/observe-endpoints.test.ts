import { afterEach, expect, it } from 'vitest';
import { json, startScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import type { ScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import { createElasticsearch } from '../../elasticsearch/client.ts';
import type { Pass } from '../../runtime/controller.ts';
import { decide } from './decide.ts';
import { createObserve } from './observe.ts';
import type { Connection } from './observed.ts';
import { askEndpoints } from './observe-endpoints.ts';
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

const INFO = { cluster_name: 'es', cluster_uuid: 'uuid-1', version: { number: '9.4.3' } };
const HEALTH = {
  status: 'green',
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_shards: 1,
  unassigned_shards: 0,
  number_of_pending_tasks: 0,
};

const clientOf = (endpoints: readonly string[]) =>
  createElasticsearch({
    endpoints,
    auth: { type: 'none' },
    requestTimeoutMs: 5_000,
    maxResponseBytes: 10_000,
  });

async function endpointsOf(...endpoints: readonly string[]) {
  const client = clientOf(endpoints);
  // A cast: nothing else of it is used.
  const resource = { spec: { endpoints } } as unknown as Connection;
  const probe = { clusterUuid: 'uuid-1', timeoutMs: 5_000 };
  try {
    return await askEndpoints(resource, client, probe, new AbortController().signal);
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
    expect(await endpointsOf(...endpoints)).toMatchObject({
      stray: {
        type: 'stalled',
        reason: 'ClusterChanged',
        message: expect.stringMatching(new RegExp(`^${foreign} leads to cluster uuid-2, .* uuid-1`)),
      },
      silent: [],
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

it('sees a cluster through the endpoints that answer, and tells which one hangs', async () => {
  const hung = await startScenarioElasticsearch(() => ({ type: 'stall' }));
  const good = await startScenarioElasticsearch(({ path }) => json(path === '/' ? INFO : HEALTH));
  servers.push(hung, good);
  for (const endpoints of [
    [hung.url, good.url],
    [good.url, hung.url],
  ]) {
    const spec = { endpoints, requestTimeout: '1s', probeInterval: '30s', grants: [] };
    // A cast: nothing else of it is used.
    const resource = { metadata: {}, spec } as unknown as Connection;
    const client = clientOf(endpoints);
    const observe = createObserve({
      connections: { client: async () => client },
      verifications: createVerifications(),
      operationsOf: () => ({ active: [], queued: 0 }),
    });
    const pass = { now: 0, signal: new AbortController().signal } as Pass;
    const observed = await observe(resource, pass);
    expect(observed).toMatchObject({ type: 'seen', silent: [hung.url] });
    expect(decide(resource, observed, 0).ready).toMatchObject({
      type: 'ready',
      message: expect.stringContaining(hung.url),
    });
    await client.close();
  }
});

it('leaves it to a person to accept a cluster that all of them lead to', async () => {
  const endpoints = [await endpointOf('uuid-1'), await endpointOf('uuid-1')];
  const resource = { spec: { endpoints }, status: { clusterUUID: 'uuid-9' } } as unknown as Connection;
  const client = clientOf(endpoints);
  const probe = { clusterUuid: 'uuid-1', timeoutMs: 5_000 };
  expect(await askEndpoints(resource, client, probe, new AbortController().signal)).toEqual({ silent: [] });
  await client.close();
});

it('is content with those that agree, and names one that cannot be reached', async () => {
  const down = await endpointOf('uuid-2');
  await servers.at(-1)?.stop();
  const [one, other] = [await endpointOf('uuid-1'), await endpointOf('uuid-1')];
  expect(await endpointsOf(one, other, down)).toEqual({ silent: [down] });
});

it('asks no second time where there is only one', async () => {
  const only = await endpointOf('uuid-2');
  expect(await endpointsOf(only)).toEqual({ silent: [] });
  expect(servers[0]?.received).toEqual([]);
});
