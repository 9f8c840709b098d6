import { describe, expect, it } from 'vitest';
import { request as resourceWith } from '../../../test/support/reindex-situations.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { ERROR_INDEX_BODY } from './error-index.ts';
import type { EffectContext, PerformDependencies } from './perform-effect.ts';
import { createPerform } from './perform.ts';
import { isolate } from './perform-isolate.ts';
import { ensureErrorIndex, ungrantedErrorIndex, unkept } from './perform-error-index.ts';

interface World {
  readonly aliases?: object;
  readonly blocked?: boolean;
  readonly documents?: number;
  readonly exists?: boolean;
  readonly refusal?: Error;
}

/** What is changed about the error index is written down. */
function cluster({ aliases = {}, blocked = false, documents = 0, exists = true, refusal }: World) {
  const sent: unknown[] = [];
  const index = (more: object) => ({
    settings: {
      index: {
        uuid: 'u',
        number_of_shards: '1',
        number_of_replicas: '0',
        ...(blocked ? { blocks: { write: 'true' } } : {}),
      },
    },
    mappings: ERROR_INDEX_BODY.mappings,
    aliases,
    ...more,
  });
  let made = exists;
  const absent = classifyAnswer(
    { method: 'GET', path: '/' },
    { status: 404, body: { error: { type: 'index_not_found_exception', reason: '' } } },
  );
  const request = async ({ method, path, body }: ElasticsearchRequest) => {
    if (path.endsWith('/_count'))
      return { count: documents, _shards: { failed: 0, successful: 1, total: 1 } };
    if (method === 'GET' && !made) throw absent;
    if (method === 'GET') return { 'new-error': index({}) };
    if (refusal) throw refusal;
    made = true;
    sent.push(path === '/new-error' ? 'created' : body);
    return { acknowledged: true, shards_acknowledged: true };
  };
  const resource = { spec: { source: { index: 'orders' } }, status: { source: { index: 'old' } } };
  const pass = { signal: new AbortController().signal, log: { warn: () => {} } };
  // A cast: only what is used.
  return { sent, context: { es: { request }, resource, pass } as unknown as EffectContext };
}

const removal = (...aliases: readonly string[]) => ({
  actions: aliases.map((alias) => ({ remove: { index: 'new-error', alias } })),
});
const opening = { 'index.blocks.write': null };

it.each<[string, World, readonly unknown[]]>([
  [
    'is made without the aliases of templates, and takes no writes before that',
    { exists: false, aliases: { orders: {} } },
    ['created', removal('orders'), opening],
  ],
  ['is finished where a process has died', { blocked: true, aliases: { a: {} } }, [removal('a'), opening]],
  ['stays blocked where somebody has blocked what is in it', { blocked: true, documents: 1 }, []],
  ['keeps the aliases that somebody has given it', { documents: 1, aliases: { orders: {}, errors: {} } }, []],
  ['that is well is left as it is', { documents: 1 }, []],
])('an error index %s', async (_, world, changes) => {
  const { context, sent } = cluster(world);
  expect(await ensureErrorIndex('new-error', context)).toBeUndefined();
  expect(sent).toEqual(changes);
});

it('ends the request where Elasticsearch refuses the error index for good', async () => {
  const body = { error: { type: 'invalid_index_name_exception', reason: 'too long' } };
  const refusal = classifyAnswer({ method: 'PUT', path: '/x' }, { status: 400, body });
  const { context } = cluster({ exists: false, refusal });
  expect(await ensureErrorIndex('new-error', context)).toMatchObject({
    reason: 'DocumentFailures',
    message: expect.stringContaining('new-error'),
  });
});

it.each(['GET', 'PUT'])('ends the request where its %s is forbidden', async (method) => {
  const body = { error: { type: 'security_exception', reason: 'unauthorized' } };
  const refusal = classifyAnswer({ method: 'PUT', path: '/x' }, { status: 403, body });
  const { context } = cluster({ exists: false, refusal });
  const { es } = context;
  const request: typeof es.request = (sent, signal) =>
    sent.method === method ? Promise.reject(refusal) : es.request(sent, signal);
  expect(await ensureErrorIndex('new-error', { ...context, es: { request } })).toMatchObject({
    reason: 'DocumentFailures',
    message: expect.stringContaining('extend its role'),
  });
});

const { signal } = new AbortController();
const bad = { index: 'new', id: '7', status: 400, type: 't', reason: 'r', detail: 'd' };
const isolation = {
  type: 'IsolateFailures',
  target: { index: 'new', uuid: 'u' },
  range: { shard: 0, from: 0, to: 1 },
  failures: [bad],
} as const;

it('lists the first documents that nothing keeps', () => {
  const failures = Array.from({ length: 12 }, (_, at) => ({ ...bad, id: String(at) }));
  expect(unkept(failures, { reason: 'DocumentFailures', message: 'm' })({}).failures).toHaveLength(10);
});

describe('a grant without the error index', () => {
  const resource = resourceWith({});
  const connections = (error: Error) => {
    const use: Connections['use'] = async () => {
      throw error;
    };
    // A cast: nothing else is used.
    return { use } as Connections;
  };

  it('ends the request, which names the documents', async () => {
    const missing = connections(new WaitingError('NotGranted', 'ask its owner.', 1));
    const change = await ungrantedErrorIndex(isolation, resource, missing, signal);
    expect(change?.({})).toMatchObject({
      failure: { reason: 'DocumentFailures', message: expect.stringContaining('orders-v2-error') },
      failures: [{ id: '7' }],
    });
  });

  it('is asked about for nothing else, and every other fault is waited for', async () => {
    const down = connections(new WaitingError('ConnectionNotReady', 'down', 1));
    await expect(ungrantedErrorIndex(isolation, resource, down, signal)).rejects.toThrow('down');
    expect(await ungrantedErrorIndex({ type: 'DropScratches' }, resource, down, signal)).toBeUndefined();
  });
});

it('is asked about before anything is written to it', async () => {
  const use: Connections['use'] = async ({ indices }) => {
    if (indices.includes('orders-v2-error')) throw new WaitingError('NotGranted', 'ask its owner.', 1);
    // A cast: nothing is sent.
    return { es: {} } as Cluster;
  };
  // Casts: only what is used.
  const perform = createPerform({ connections: { use } as Connections } as PerformDependencies);
  const change = await perform(isolation, resourceWith({}), { signal } as Pass);
  expect(change?.({})).toMatchObject({ failure: { reason: 'DocumentFailures' } });
});

it('names the documents where the user of the connection may not use it', async () => {
  const { context } = cluster({});
  const body = { error: { type: 'security_exception', reason: 'unauthorized' } };
  const sending = async ({ method, path }: ElasticsearchRequest) => {
    if (path !== '/new') throw classifyAnswer({ method, path }, { status: 403, body });
    return { new: { aliases: {}, mappings: {}, settings: { index: { uuid: 'u', ...shards } } } };
  };
  const shards = { number_of_shards: '1', number_of_replicas: '0' };
  // A cast: only what is used.
  const resource = { metadata: {}, status: { copy: { pit: 'p' } } } as unknown as EffectContext['resource'];
  const change = await isolate(isolation, { ...context, es: { request: sending }, resource });
  expect(change?.({})).toMatchObject({ failure: { reason: 'DocumentFailures' }, failures: [{ id: '7' }] });
});
