import { expect, it } from 'vitest';
import type { Cluster, Connections } from './connections.ts';
import type { Use } from './connection-use.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { fencedConnections } from './fenced-connections.ts';

type Call = Pick<ElasticsearchRequest, 'method' | 'path'>;
const signal = new AbortController().signal;

async function opened(mayChange: () => boolean) {
  const sent: Call[] = [];
  const es = { request: async (call: Call) => void sent.push(call) };
  // Casts: nothing else of them is used.
  const connections = {
    use: async () => ({ es, letGo: es }) as unknown as Cluster,
  } as unknown as Connections;
  const fenced = fencedConnections(connections, () => {
    if (!mayChange()) throw new Error('not now');
  });
  return { cluster: await fenced.use({} as Use, signal), sent };
}

it('asks at the request, not when the cluster is given', async () => {
  let may = true;
  const { cluster, sent } = await opened(() => may);
  await cluster.es.request({ method: 'DELETE', path: '/a' });
  may = false;
  await expect(cluster.es.request({ method: 'DELETE', path: '/b' })).rejects.toThrow('not now');
  expect(sent).toEqual([{ method: 'DELETE', path: '/a' }]);
});

it.each<readonly [Call['method'], string]>([
  ['DELETE', '/a'],
  ['DELETE', '/_snapshot/r/s'],
  ['PUT', '/a/_settings'],
  ['PUT', '/a/_block/write'],
  ['POST', '/_aliases'],
  ['POST', '/_reindex'],
  ['POST', '/a/_bulk'],
  ['POST', '/_tasks/n:1/_cancel'],
  ['POST', '/_reindex/n:1/_rethrottle'],
  ['POST', '/_snapshot/r/s/_restore'],
])('stops %s %s, and not where something has to be let go', async (method, path) => {
  const { cluster, sent } = await opened(() => false);
  await expect(cluster.es.request({ method, path })).rejects.toThrow('not now');
  await cluster.letGo.request({ method, path });
  expect(sent).toEqual([{ method, path }]);
});

it.each<readonly [Call['method'], string]>([
  ['GET', '/a'],
  ['HEAD', '/a'],
  ['POST', '/a/_search'],
  ['POST', '/_search'],
  ['POST', '/a/_count'],
  ['POST', '/a/_mget'],
  ['POST', '/a/_refresh'],
  ['POST', '/a/_flush'],
  ['POST', '/a/_pit'],
  ['DELETE', '/_pit'],
  ['POST', '/_security/user/_has_privileges'],
  ['POST', '/_ingest/pipeline/p/_simulate'],
  ['POST', '/_index_template/_simulate_index/a'],
])('lets %s %s pass, which changes nothing', async (method, path) => {
  const { cluster, sent } = await opened(() => false);
  await cluster.es.request({ method, path });
  expect(sent).toHaveLength(1);
});
