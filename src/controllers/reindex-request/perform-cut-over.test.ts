import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { cutOver } from './perform-cut-over.ts';
import type { EffectContext } from './perform-effect.ts';

function answered(status: number, error: object) {
  return classifyAnswer({ method: 'POST', path: '/_aliases' }, { status, body: { error } });
}

/** Both indexes as they have to be right before the move, which is answered so. */
function cluster(answer: unknown) {
  const index = (uuid: string, more: object, mappings: object) => ({
    aliases: {},
    mappings,
    settings: { index: { uuid, number_of_shards: '1', number_of_replicas: '0', ...more } },
  });
  const mark = { _meta: { 'es-steward': { uid: 'u', state: 'final' } } };
  const shard = startedPrimary({ documents: 1, maxSeqNo: 4 });
  const stats = { _shards: { failed: 0, successful: 1, total: 1 }, indices: {} };
  const request = async ({ method, path }: ElasticsearchRequest) => {
    if (path === '/old') return { old: index('o', { blocks: { write: 'true' } }, {}) };
    if (path === '/new') return { new: index('n', {}, mark) };
    const name = path.split('/')[1] ?? '';
    if (method === 'GET') return { ...stats, indices: { [name]: { shards: { 0: [shard] } } } };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // A cast: only what is used.
  return {
    es: { request },
    resource: { metadata: { uid: 'u' }, status: { cutoverMaxSeq: { source: [4], destination: [4] } } },
    pass: { now: 0, signal: new AbortController().signal, log: { warn: () => {} } },
  } as unknown as EffectContext;
}

const action = {
  type: 'CutOver',
  source: { index: 'old', uuid: 'o' },
  destination: { index: 'new', uuid: 'n' },
  through: 'es-steward-abcdef01-1',
  moved: [{ name: 'eu', definition: {} }],
} as const;

it('remembers which aliases have moved', async () => {
  const change = await cutOver(action, cluster({ acknowledged: true }));
  expect(change?.({})).toMatchObject({ aliasesMoved: ['eu'] });
});

it('ends the request where Elasticsearch refuses the move for good, so that writers are let go', async () => {
  const refusal = { type: 'illegal_argument_exception', reason: 'failed to parse filter for alias [eu]' };
  const change = await cutOver(action, cluster(answered(400, refusal)));
  expect(change?.({})).toMatchObject({
    failure: { reason: 'AliasConflict', message: expect.stringContaining('alias eu for new') },
  });
});

it('reads what has happened where somebody else was first', async () => {
  const gone = { type: 'aliases_not_found_exception', reason: 'aliases [x] missing' };
  expect(await cutOver(action, cluster(answered(404, gone)))).toBeUndefined();
});

it.each([
  ['a cluster without a master', answered(503, { type: 'master_not_discovered_exception', reason: '' })],
  ['a proxy', answered(400, { reason: 'Bad Request' })],
])('tries again after an answer of %s', async (_, error) => {
  await expect(cutOver(action, cluster(error))).rejects.toBeInstanceOf(ElasticsearchError);
});
