import { expect, it } from 'vitest';
import { calmAnswers, policyOf } from '../test/support/maintenance-facts.ts';
import { type ManualClock, manualClock } from '../test/support/manual-clock.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../test/support/memory-kubernetes.ts';
import { spec } from '../test/support/reindex-situations.ts';
import { readInvocation } from './config.ts';
import { specHashOf } from './controllers/index-maintenance-policy/plan.ts';
import { newRun } from './controllers/index-maintenance-policy/run.ts';
import { CLEANUP_FINALIZER } from './crds/shared.ts';
import type { Connections } from './elasticsearch/connections.ts';
import type { ElasticsearchRequest } from './elasticsearch/elasticsearch.ts';
import type { KindRef, KubernetesApi, KubernetesObject } from './kubernetes/api.ts';
import { createServerClock } from './kubernetes/server-clock.ts';
import { createOperator, type OperatorOptions, runOperator } from './operator.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';

const INDEX = 'logs-2013';

/** An API server of several kinds. */
function apiServer() {
  const kinds = new Map<string, MemoryKubernetes>();
  const of = ({ plural }: Pick<KindRef, 'plural'>): MemoryKubernetes => {
    const known = kinds.get(plural) ?? memoryKubernetes();
    kinds.set(plural, known);
    return known;
  };
  // A cast: it is the object that was sent.
  const put = async <T extends KubernetesObject>(kind: KindRef, body: unknown) => {
    const { metadata, ...fields } = body as KubernetesObject;
    return of(kind).put(metadata.name, { ...fields, metadata }) as T;
  };
  const kubernetes: KubernetesApi = {
    get: (ref, signal) => of(ref.kind).get(ref, signal),
    list: (kind, ...rest) => of(kind).list(kind, ...rest),
    watch: (kind, ...rest) => of(kind).watch(kind, ...rest),
    mergePatch: (ref, ...rest) => of(ref.kind).mergePatch(ref, ...rest),
    remove: (ref, ...rest) => of(ref.kind).remove(ref, ...rest),
    create: (kind, _namespace, body) => put(kind, body),
    replace: (ref, body) => put(ref.kind, body),
  };
  return { of, kubernetes };
}

/** A policy in the middle of a run: status names the index that is deleted next. */
function deletingPolicy(now: number) {
  const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy}', retention: { maxAge: '1d' } }]);
  const run = newRun(now);
  const plan = {
    hash: 'h',
    time: run.time,
    lookedAtTime: run.time,
    specHash: specHashOf(policy.spec),
    generation: 1,
    deletes: { count: 1, bytes: 1, documents: 1, names: [INDEX] },
    aliasChanges: { add: 0, remove: 0, names: [] },
    kept: [],
    held: [],
    batch: [{ name: INDEX, uuid: 'u' }],
  };
  return { spec: policy.spec, status: { run, plan }, metadata: policy.metadata };
}

/** A cluster that answers the first question when it is let, and whether it was told to delete. */
function cluster(now: number) {
  const calm = calmAnswers(now);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const changes: string[] = [];
  const indices = () =>
    changes.length > 0 ? {} : { [INDEX]: { settings: { index: { uuid: 'u', creation_date: '1' } } } };
  const request = async ({ method, path }: ElasticsearchRequest): Promise<unknown> => {
    asked.resolve();
    await answer.promise;
    if (path in calm) return calm[path];
    if (path.includes('/_stats/')) return { _shards: { successful: 1, failed: 0 } };
    if (method === 'GET') return indices();
    changes.push(`${method} ${path}`);
    return { acknowledged: true };
  };
  const opened = {
    es: { request },
    connection: { namespace: 'search', name: 'main', uid: 'connection' },
    clusterUuid: 'cluster',
    protects: () => false,
  };
  // A cast: nothing else of it is used.
  const connections = { use: async () => opened } as unknown as Connections;
  return { connections, asked: asked.promise, answer: answer.resolve, changes };
}

/** A whole operator, on a clock that only the test moves. */
function startOperator(kubernetes: KubernetesApi, connections: Connections, clock: ManualClock) {
  const invocation = readInvocation([], {});
  if (invocation.type !== 'run') throw new Error('there is no wish for help in no arguments');
  const silent = { info: () => undefined, warn: () => undefined, child: () => silent };
  const options: OperatorOptions = {
    config: invocation.config,
    kubernetes,
    connections,
    serverClock: createServerClock(() => clock.now()),
    clock,
    random: () => 0.5,
    log: silent as unknown as Logger, // A cast: nothing else of it is used.
    metrics: createMetrics('1.2.3'),
    onTried: () => undefined,
  };
  const stop = new AbortController();
  const over = runOperator(createOperator(options), options, stop.signal, () => Promise.resolve()).catch(
    (error: unknown) => error,
  );
  return async () => {
    stop.abort();
    await clock.advance(10_000);
    return over;
  };
}

const POLICIES = { plural: 'indexmaintenancepolicies' };
const REQUESTS = { plural: 'reindexrequests' };
const SWITCH = { plural: 'configmaps' };
const PAUSED = { data: { paused: 'true' } };

/** An operator that has begun to look at what it is about to delete, and does not know yet. */
async function bed() {
  const clock = manualClock();
  const { of, kubernetes } = apiServer();
  of(POLICIES).put('logs', deletingPolicy(clock.now()));
  const { connections, asked, answer, changes } = cluster(clock.now());
  const end = startOperator(kubernetes, connections, clock);
  await asked;
  return { clock, answer, changes, pause: () => void of(SWITCH).put('es-steward', PAUSED), end };
}

type Meanwhile = (bed: { readonly clock: ManualClock; readonly pause: () => void }) => unknown;

it.each<readonly [string, Meanwhile, readonly string[]]>([
  ['deletes what it has looked at', () => undefined, [`DELETE /${INDEX}`]],
  [
    'deletes nothing when it is paused while it looks',
    async ({ pause, clock }) => {
      pause();
      await clock.advance(2_000);
    },
    [],
  ],
  ['deletes nothing when its lease runs out while it looks', ({ clock }) => clock.jump(10_000), []],
])('%s', async (_, meanwhile, expected) => {
  const { answer, changes, end, ...rest } = await bed();
  await meanwhile(rest);
  answer();
  await rest.clock.advance(0);
  expect(changes).toEqual(expected);
  await end();
});

it.each<readonly [string, (configMaps: MemoryKubernetes) => unknown, boolean]>([
  ['keeps', (configMaps) => configMaps.put('es-steward', PAUSED), true],
  [
    'gives up, where nobody can tell that it is switched off,',
    (configMaps) => {
      configMaps.before = () => Promise.reject(new Error('not allowed to read it'));
    },
    false,
  ],
])('%s a deleted request that cannot be cleaned up while it is paused', async (_, prepare, isKept) => {
  const clock = manualClock();
  const { of, kubernetes } = apiServer();
  const deletionTimestamp = new Date(clock.now() - 180_000).toISOString();
  const metadata = { finalizers: [CLEANUP_FINALIZER], deletionTimestamp };
  of(REQUESTS).put('orders', { spec: spec(), status: { phase: 'Copying' }, metadata });
  prepare(of(SWITCH));
  // A cast: nothing else of it is used.
  const unreachable = { use: () => Promise.reject(new Error('no cluster')) } as unknown as Connections;
  const end = startOperator(kubernetes, unreachable, clock);
  await clock.advance(240_000);
  expect(of(REQUESTS).stored('orders') !== undefined).toBe(isKept);
  await end();
});
