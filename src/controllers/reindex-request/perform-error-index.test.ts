import { expect, it } from 'vitest';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { ERROR_INDEX_BODY } from './error-index.ts';
import type { EffectContext } from './perform-effect.ts';
import { ensureErrorIndex } from './perform-error-index.ts';

interface World {
  readonly aliases?: object;
  readonly blocked?: boolean;
  readonly documents?: number;
  readonly exists?: boolean;
  readonly refusal?: Error;
}

/** The source has the alias `orders`; what is changed about the error index is written down. */
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
    if (path === '/old') return { old: index({ aliases: { orders: {} } }) };
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
  [
    'of an earlier version leaves the aliases of the source, and those alone',
    { documents: 1, aliases: { orders: {}, errors: {} } },
    [removal('orders')],
  ],
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
