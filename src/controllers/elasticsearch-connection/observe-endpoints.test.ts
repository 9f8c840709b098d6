import { afterEach, expect, it } from 'vitest';
import { json, startScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import type { ScenarioElasticsearch } from '../../../test/support/scenario-elasticsearch.ts';
import { createElasticsearch } from '../../elasticsearch/client.ts';
import type { Connection } from './observed.ts';
import { strayEndpoint } from './observe-endpoints.ts';

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

async function strayOf(...endpoints: readonly string[]) {
  const options = {
    endpoints,
    auth: { type: 'none' },
    requestTimeoutMs: 5_000,
    maxResponseBytes: 10_000,
  } as const;
  const client = createElasticsearch(options);
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
