import { expect, it } from 'vitest';
import {
  copying,
  destination,
  EPOCH,
  NOW,
  request,
  UID,
  wholeCopy,
} from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import type { Holder, Obligation } from '../../runtime/obligations.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { createObserve } from './observe.ts';

it('asks a grant for every pipeline that the spec names', async () => {
  const asked: Use[] = [];
  const use: Connections['use'] = async (wanted) => {
    asked.push(wanted);
    throw new WaitingError('NotGranted', 'ask its owner', 1);
  };
  // Casts: it ends at the connection, and nothing else is used.
  const observe = createObserve({ connections: { use }, requests: () => [] } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const settings = { final_pipeline: 'q' };
  const over = { transform: { pipeline: 'p' }, destination: { index: 'orders-v2', settings } };
  await expect(observe(request({}, over), pass)).rejects.toThrow('ask its owner');
  expect(asked).toMatchObject([{ pipelines: ['p', 'q'] }]);
});

it('knows of a request at rest whether the clock can be relied on, and reads nothing', async () => {
  // Casts: nothing but the clock is used.
  const observe = createObserve({ apiServerSkewSeconds: () => 61 } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const seen = await observe(request({ phase: 'Completed' }), {} as Pass);
  expect(seen.apiServerSkewSeconds).toBe(61);
});

it('sees that the time of writers is over, whatever has become of its connection', async () => {
  const undone: unknown[] = [];
  const use: Connections['use'] = async ({ undo }) => {
    undone.push(undo);
    throw new WaitingError('ConnectionSuspended', 'resume it', 1);
  };
  // Casts: it ends at the connection, and nothing else is used.
  const observe = createObserve({ connections: { use }, requests: () => [] } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const fence = { verified: true, deadline: '2026-03-01T12:00:30.000Z' };
  for (const status of [{ phase: 'Fencing', fence }, { phase: 'CatchingUp' }] as const)
    await expect(observe(request(status), pass)).rejects.toThrow('resume it');
  expect(undone).toEqual([true, false]);
});

it('waits for a block that hides an index before it begins, and goes on trying afterwards', async () => {
  const blocked = new ElasticsearchError({
    errorClass: 'blocked',
    outcomeUnknown: false,
    publicMessage: 'GET /orders-v1: blocked',
  });
  const es = { request: () => Promise.reject(blocked) };
  const connections = { use: async () => ({ es }) };
  // Casts: it ends at the index, and nothing else is used.
  const observe = createObserve({ connections, requests: () => [] } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  await expect(observe(request({}), pass)).rejects.toBeInstanceOf(WaitingError);
  await expect(observe(request({ phase: 'Copying' }), pass)).rejects.toBe(blocked);
});

/** A request whose aliases have moved, on a cluster where they have. */
const movedOn: ReindexRequestStatus = {
  phase: 'RollbackWindow',
  completionTime: '2026-03-01T11:59:00Z',
  aliasesMoved: ['orders'],
  source: { index: 'orders-v1', uuid: 'orders-v1-uuid' },
  destination: { index: 'orders-v2', uuid: 'orders-v2-uuid' },
};

/** @param aliases of the destination. */
function afterMove(aliases: object) {
  const SHARDS = { number_of_shards: '1', number_of_replicas: '0' };
  const indexOf = (name: string, has: object) => ({
    [name]: { aliases: has, mappings: {}, settings: { index: { ...SHARDS, uuid: `${name}-uuid` } } },
  });
  const unread = { _shards: { total: 2, successful: 0, failed: 0 }, indices: {} };
  const answers: Readonly<Record<string, unknown>> = {
    '/orders-v2,orders-v1': { ...indexOf('orders-v1', {}), ...indexOf('orders-v2', aliases) },
    '/_tasks': { nodes: {}, tasks: [] },
    '/orders-v1/_stats/docs': unread,
    '/orders-v2/_stats/docs': unread,
  };
  const es = { request: async ({ path }: ElasticsearchRequest) => answers[path] };
  const connection = { name: 'main' };
  return async () => ({ es, connection, maxConcurrentOperations: 1, protects: () => false });
}

it('owes what serves its writes as long as an alias of the way back is on it', async () => {
  const back = 'es-steward-abcdef01-back-2';
  const owed: unknown[] = [];
  const obligations = {
    owe: ({ uid }: Holder, { until }: Obligation) => owed.push([uid, until]),
    settled: () => owed.push('settled'),
  };
  // Casts: only what is used.
  const observe = createObserve({
    connections: { use: afterMove({ orders: {}, [back]: {} }) },
    requests: () => [],
    obligations,
  } as unknown as Parameters<typeof createObserve>[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const deadline = '2026-03-01T12:00:30.000Z';
  const rollback = { asked: 'please', number: 2, blockedBefore: false, deadline };
  await observe(request({ ...movedOn, epoch: 2, rollback }), pass);
  expect(owed).toMatchObject([[UID, Date.parse(deadline)]]);
});

it('wakes the request whose aliases this one has moved on, whose window is over by that', async () => {
  const woken: string[] = [];
  const earlier = { index: 'orders-v1', uuid: 'orders-v1-uuid' };
  const peer = (name: string, phase: 'RollbackWindow' | 'Completed', destination = earlier) =>
    request({ phase, destination }, {}, { name, uid: name });
  const requests = [
    peer('earlier', 'RollbackWindow'),
    peer('ended', 'Completed'),
    peer('stranger', 'RollbackWindow', { index: 'orders-v1', uuid: 'another' }),
  ];
  // Casts: only what is used.
  const observe = createObserve({
    connections: { use: afterMove({ orders: {} }) },
    requests: () => requests,
    wake: (key: string) => woken.push(key),
    obligations: { owe: () => {}, settled: () => {} },
    locks: { isRenewalDue: () => false },
  } as unknown as Parameters<typeof createObserve>[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const { aliasesMoved: _moved, completionTime: _time, ...before } = movedOn;
  await observe(request({ ...before, phase: 'Fencing', fence: { verified: true } }), pass);
  expect(woken).toEqual([]);
  await observe(request(movedOn), pass);
  expect(woken).toEqual(['n/earlier']);
});

/** What a look at a request comes to whose grant was taken away: only letting go is still allowed. */
function withoutGrant(writeMode: string) {
  const unreachable = new Error('Elasticsearch was asked');
  const es = { request: () => Promise.reject(unreachable) };
  const use = async ({ undo }: { readonly undo?: boolean }) => {
    if (undo) return { es };
    throw new WaitingError('NotGranted', 'no grant', 1_000);
  };
  // Casts: it ends there, and nothing else is used.
  const observe = createObserve({ connections: { use }, requests: () => [] } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const fence = { verified: true, deadline: '2026-03-01T12:00:29Z' };
  return observe(request({ phase: 'Copying', fence }, { writeMode }), pass);
}

it('looks after the short block of an Online copy whatever its grant, and not after one that may last for hours', async () => {
  await expect(withoutGrant('BlockFirst')).rejects.toMatchObject({ reason: 'NotGranted' });
  await expect(withoutGrant('Online')).rejects.toThrow('Elasticsearch was asked');
});

it('tells the log what Elasticsearch says of a script that has ended a task', async () => {
  const told: unknown[] = [];
  const indexOf = (name: string, mappings: object) => ({
    [name]: {
      aliases: { [EPOCH]: {} },
      mappings,
      settings: { index: { number_of_shards: '1', number_of_replicas: '0', uuid: `${name}-uuid` } },
    },
  });
  const headers = { 'X-Opaque-Id': `${UID}/1/0/0/0` };
  const task = { node: 'n', id: 1, action: 'indices:data/write/reindex', headers };
  const error = { type: 'script_exception', reason: 'no such total', script_stack: ['a.b', '^---- HERE'] };
  const answers: Readonly<Record<string, unknown>> = {
    '/orders-v2,orders-v1': {
      ...indexOf('orders-v1', {}),
      ...indexOf('orders-v2', destination().mappings as object),
    },
    '/_tasks': { nodes: {}, tasks: [] },
    '/_tasks/n%3A1': { completed: true, task, error },
    '/_cluster/health/orders-v1%2Corders-v2': { indices: {} },
  };
  const es = { request: async ({ path }: ElasticsearchRequest) => answers[path] };
  // Casts: only what is used.
  const observe = createObserve({
    connections: { use: async () => ({ es, connection: { name: 'main' }, protects: () => false }) },
    requests: () => [],
    obligations: { owe: () => {}, settled: () => {} },
    locks: { isRenewalDue: () => false },
  } as unknown as Parameters<typeof createObserve>[0]);
  const log = { warn: (fields: unknown) => told.push(fields) };
  const pass = { now: NOW, signal: new AbortController().signal, log } as unknown as Pass;
  const running = [{ shard: 0, from: 0, to: 49, try: 0, task: 'n:1' }];
  const { fence: _fence, ...free } = copying;
  await observe(
    request({ ...free, copy: { ...wholeCopy, running, done: [] } }, { writeMode: 'Online' }),
    pass,
  );
  expect(told).toMatchObject([{ task: 'n:1', detail: 'no such total', scriptStack: ['a.b', '^---- HERE'] }]);
});
