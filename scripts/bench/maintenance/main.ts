import { decide } from '../../../src/controllers/index-maintenance-policy/decide.ts';
import { createListings } from '../../../src/controllers/index-maintenance-policy/observe-listings.ts';
import { createObserve } from '../../../src/controllers/index-maintenance-policy/observe.ts';
import type { IndexMaintenancePolicy } from '../../../src/crds/index-maintenance-policy.ts';
import { createElasticsearch, type ElasticsearchClient } from '../../../src/elasticsearch/client.ts';
import type { Connections } from '../../../src/elasticsearch/connections.ts';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { policyOf } from '../../../test/support/maintenance-facts.ts';
import { startPrivateElasticsearch } from '../../environment/private-servers.ts';
import { say } from '../../environment/progress.ts';
import { markdownTable } from '../markdown-table.ts';

const HEAD = ['', 'listings', 'answers', 'CPU of the operator', 'time', 'largest status'];
const MANY = 2_000;
const FEW = 200;
const POLICIES = 20;
const AT_ONCE = 20;
const DAY_MS = 86_400_000;

/** What a plan over very many real indexes costs, beside the listing that the seed's job asks for. */
export async function benchMaintenance({ quick }: { readonly quick: boolean }): Promise<void> {
  const count = quick ? FEW : MANY;
  const server = await startPrivateElasticsearch({
    heapMegabytes: 1_024,
    settings: {
      'cluster.max_shards_per_node': MANY + 100,
      'cluster.routing.allocation.node_initial_primaries_recoveries': AT_ONCE,
    },
  });
  const es = createElasticsearch({
    endpoints: [server.info.url],
    auth: { type: 'none' },
    requestTimeoutMs: 900_000,
    maxResponseBytes: 256 * 1024 * 1024,
  });
  try {
    const started = performance.now();
    await makeIndices(es, count);
    say(`${count} indexes were made in ${seconds(performance.now() - started)}`);
    console.log(markdownTable(HEAD, await measure(es, count)));
  } finally {
    await es.close();
    await server.stop();
  }
}

const nameOf = (at: number): string => {
  const day = new Date(Date.now() - Math.floor(at / POLICIES) * DAY_MS).toISOString().slice(0, 10);
  return `logs-of-${at % POLICIES}-v1-${day.replaceAll('-', '.')}`;
};

async function makeIndices(es: ElasticsearchClient, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, at) => nameOf(at));
  const mappings = {
    properties: Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`field-${at}`, { type: 'keyword' }]),
    ),
  };
  const body = { settings: { number_of_shards: 1, number_of_replicas: 0 }, aliases: { logs: {} }, mappings };
  const query = { wait_for_active_shards: 0 };
  const worker = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      await es.request({ method: 'PUT', path: `/${name}`, query, body });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const health = { wait_for_status: 'green', timeout: '14m' };
  await es.request({ method: 'GET', path: '/_cluster/health', query: health });
}

/** One look of these policies, each as the operator does it. */
async function look(es: Elasticsearch, policies: readonly IndexMaintenancePolicy[]) {
  let bytes = 0;
  let listings = 0;
  const counted: Elasticsearch = {
    request: async (request, signal) => {
      const answer = await es.request(request, signal);
      bytes += JSON.stringify(answer).length;
      if (request.path === '/*') listings += 1;
      return answer;
    },
  };
  const cluster = {
    es: counted,
    connection: { namespace: 'search', name: 'main', uid: 'connection' },
    clusterUuid: 'cluster',
    maxConcurrentOperations: 2,
    protects: (name: string) => name.startsWith('.'),
  };
  const observe = createObserve({
    // A cast: a plan uses nothing else of it.
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings: createListings(),
    policies: () => policies,
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  });
  const log = { info: () => undefined, warn: () => undefined };
  const now = Date.now();
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const steps = await Promise.all(
    policies.map(async (policy) =>
      decide(policy, await observe(policy, { now, signal: new AbortController().signal, log }), now),
    ),
  );
  const { user, system } = process.cpuUsage(cpu);
  const statusBytes = Math.max(...steps.map(({ status }) => JSON.stringify(status).length));
  const matched = steps.reduce((sum, { status }) => sum + (status.matched ?? 0), 0);
  return {
    matched,
    bytes,
    listings,
    statusBytes,
    cpuMs: (user + system) / 1_000,
    ms: performance.now() - wall,
  };
}

const policyNamed = (name: string, department: string): IndexMaintenancePolicy => {
  const series = `logs-of-${department}-v{version}-{date:yyyy.MM.dd}`;
  const aliases = [{ name: 'logs' }, { name: 'logs-week', window: '7d' }];
  const policy = policyOf([{ name: 'logs', series, aliases, retention: { maxAge: '30d' } }], {
    mode: 'DryRun',
  });
  return { ...policy, metadata: { ...policy.metadata, name, uid: name } };
};

async function measure(es: ElasticsearchClient, count: number): Promise<readonly (readonly string[])[]> {
  const one = await look(es, [policyNamed('all', '*')]);
  const all = Array.from({ length: POLICIES }, (_, at) => policyNamed(`of-${at}`, String(at)));
  const many = await look(es, all);
  const wall = performance.now();
  const whole = JSON.stringify(await es.request({ method: 'GET', path: '/_all' })).length;
  const wholeMs = performance.now() - wall;
  if (one.matched !== count || many.matched !== count)
    throw new Error(`the plans speak of ${one.matched} and ${many.matched} indexes instead of ${count}`);
  const row = (name: string, { listings, bytes, cpuMs, ms, statusBytes }: typeof one) => [
    name,
    String(listings),
    kilobytes(bytes),
    `${Math.round(cpuMs)} ms`,
    `${Math.round(ms)} ms`,
    kilobytes(statusBytes),
  ];
  return [
    row('one policy: a plan', one),
    row(`${POLICIES} policies: ${POLICIES} plans`, many),
    [
      'the listing of the seed (`GET /_all`), and no plan',
      '1',
      kilobytes(whole),
      '',
      `${Math.round(wholeMs)} ms`,
      '',
    ],
  ];
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1_024)} KiB`;
