import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { FencedError } from '../../runtime/errors.ts';
import { cutOver } from './perform-cut-over.ts';
import type { EffectContext } from './perform-effect.ts';

function answered(status: number, error: object) {
  return classifyAnswer({ method: 'POST', path: '/_aliases' }, { status, body: { error } });
}

const ENTRANCE = 'es-steward-abcdef01-Into-1';

/** Both indexes as they have to be right before the move. */
const judged = {
  source: 'o',
  destination: 'n',
  blocked: true,
  sourceSeqNo: 4,
  destinationSeqNo: 4,
  mark: 'final',
  proven: { source: [4], destination: [4] },
};

/**
 * @param answer of the move.
 * @param since what has come of the indexes after they were judged.
 */
function cluster(answer: unknown, since: Partial<typeof judged> = {}) {
  const now = { ...judged, ...since };
  const index = (uuid: string, more: object, mappings: object) => ({
    aliases: {},
    mappings,
    settings: { index: { uuid, number_of_shards: '1', number_of_replicas: '0', ...more } },
  });
  const mark = { _meta: { 'es-steward': { uid: 'u', state: now.mark } } };
  const seqNos: Readonly<Record<string, number>> = { old: now.sourceSeqNo, new: now.destinationSeqNo };
  const stats = { _shards: { failed: 0, successful: 1, total: 1 }, indices: {} };
  const sent: string[] = [];
  const bodies: unknown[] = [];
  const request = async ({ method, path, body }: ElasticsearchRequest) => {
    if (path === '/old')
      return { old: index(now.source, now.blocked ? { blocks: { write: 'true' } } : {}, {}) };
    if (path === '/new') return { new: { ...index(now.destination, {}, mark), aliases: { [ENTRANCE]: {} } } };
    const name = path.split('/')[1] ?? '';
    const shard = startedPrimary({ documents: 1, maxSeqNo: seqNos[name] ?? -1 });
    if (method === 'GET') return { ...stats, indices: { [name]: { shards: { 0: [shard] } } } };
    sent.push(path);
    bodies.push(body);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // A cast: only what is used.
  return {
    es: { request },
    sent,
    bodies,
    resource: { metadata: { uid: 'u' }, status: { cutoverMaxSeq: now.proven } },
    pass: { now: 0, signal: new AbortController().signal, log: { warn: () => {} } },
  } as unknown as EffectContext & { readonly sent: readonly string[]; readonly bodies: readonly unknown[] };
}

const action = {
  type: 'CutOver',
  source: { index: 'old', uuid: 'o' },
  destination: { index: 'new', uuid: 'n' },
  through: 'es-steward-abcdef01-1',
  moved: [{ name: 'eu', definition: {} }],
} as const;

it('remembers which aliases have moved', async () => {
  const context = cluster({ acknowledged: true });
  const change = await cutOver(action, context);
  expect(change?.({})).toMatchObject({ aliasesMoved: ['eu'] });
  expect(context.sent).toEqual(['/_aliases']);
});

it('closes the destination to the tasks of the copy in the same call, all or nothing', async () => {
  const context = cluster({ acknowledged: true });
  await cutOver(action, context);
  const removed = { index: 'new', alias: ENTRANCE, must_exist: true };
  expect(context.bodies).toEqual([{ actions: expect.arrayContaining([{ remove: removed }]) }]);
});

it.each<[string, Partial<typeof judged>]>([
  ['another index has the name of the source', { source: 'another' }],
  ['another index has the name of the destination', { destination: 'another' }],
  ['the block of the source is gone', { blocked: false }],
  ['the source has taken a write, although it is blocked', { sourceSeqNo: 5 }],
  ['the destination has taken a write', { destinationSeqNo: 5 }],
  ['nothing is known of how far both were', { proven: { source: [], destination: [] } }],
  ['the destination is not marked final', { mark: 'copying' }],
])('moves nothing where %s', async (_, since) => {
  const context = cluster({ acknowledged: true }, since);
  await expect(cutOver(action, context)).rejects.toBeInstanceOf(FencedError);
  expect(context.sent).toEqual([]);
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
