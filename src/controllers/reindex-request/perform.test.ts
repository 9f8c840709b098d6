import { expect, it } from 'vitest';
import { copying, markWith, request } from '../../../test/support/reindex-situations.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import type { Pass } from '../../runtime/controller.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { DestinationMark } from './destination-mark.ts';
import { createPerform } from './perform.ts';
import type { PerformDependencies } from './perform-effect.ts';

interface HalfCopy {
  readonly uuid: string;
  readonly mark: Partial<DestinationMark> | undefined;
  readonly aliases: object;
}

/** As it was judged, when its request was cancelled. */
const judged: HalfCopy = { uuid: 'u', mark: {}, aliases: {} };

/** @param since what has come of the half copy after it was judged. */
async function deleteWhen(since: Partial<HalfCopy>) {
  const { uuid, mark, aliases } = { ...judged, ...since };
  const deleted: string[] = [];
  const settings = { index: { uuid, number_of_shards: '1', number_of_replicas: '0' } };
  const mappings = mark ? { _meta: { 'es-steward': markWith(mark) } } : {};
  const send = async ({ method, path }: ElasticsearchRequest) => {
    if (method === 'DELETE') deleted.push(path);
    return method === 'DELETE' ? { acknowledged: true } : { new: { aliases, mappings, settings } };
  };
  // Casts: only what is used.
  const use: Connections['use'] = async () => ({ es: { request: send } }) as unknown as Cluster;
  const perform = createPerform({ connections: { use } } as unknown as PerformDependencies);
  const pass = { signal: new AbortController().signal, log: { info: () => {} } } as unknown as Pass;
  const target = { index: 'new', uuid: judged.uuid };
  const owner = markWith().uid;
  const action = { type: 'DeleteDestination', target, owner, beside: undefined } as const;
  const error = await perform(action, request(), pass).catch((thrown: unknown) => thrown);
  return { deleted, error };
}

it('deletes the half copy of a cancelled request where it is as it was judged', async () => {
  expect(await deleteWhen({})).toEqual({ deleted: ['/new'], error: undefined });
});

it.each<[string, Partial<HalfCopy>]>([
  ['another index has its name', { uuid: 'another' }],
  ['it has no mark', { mark: undefined }],
  ['another request has made it', { mark: { uid: 'another' } }],
  ['it is final by now', { mark: { state: 'final' } }],
  ['somebody has given it an alias', { aliases: { orders: {} } }],
])('deletes no half copy where %s', async (_, since) => {
  expect(await deleteWhen(since)).toEqual({ deleted: [], error: expect.any(FencedError) });
});

it('remembers under which primary a range begins, however long ago it was planned (H47)', async () => {
  const range = { shard: 0, from: 0, to: 49, try: 0 };
  const status = {
    ...copying,
    ...(copying.copy ? { copy: { ...copying.copy, running: [{ ...range, term: 1 }] } } : {}),
  };
  // Casts: only what is used.
  const use: Connections['use'] = async () =>
    ({ es: { request: async () => ({ task: 'n:1' }) } }) as unknown as Cluster;
  const perform = createPerform({ connections: { use } } as unknown as PerformDependencies);
  const pass = { signal: new AbortController().signal, follow: () => {} } as unknown as Pass;
  const action = { type: 'StartRange', range: { ...range, term: 2 }, body: {}, opaqueId: 'x' } as const;
  const change = await perform(action, request(status), pass);
  expect(change?.(status).copy?.running).toMatchObject([{ from: 0, task: 'n:1', term: 2 }]);
});
