import { expect, it } from 'vitest';
import { startedPrimary } from '../../../test/support/shard-statistics.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { deleteSource } from './perform-delete-source.ts';
import type { EffectContext } from './perform-effect.ts';

const target = { index: 'old', uuid: 'u' };
const settingsOf = (uuid: string) => ({
  index: { uuid, number_of_shards: '1', number_of_replicas: '0' },
});

/** As it was judged. */
const judged = { uuid: 'u', aliases: {}, maxSeqNo: 99, proven: [99] };

interface Outcome {
  /** Paths. */
  readonly deleted: readonly string[];
  readonly error: unknown;
}

/** @param since what has come of the old index after it was judged. */
async function deleteWhen(since: Partial<typeof judged>, assertUnchanged = () => {}): Promise<Outcome> {
  const { uuid, aliases, maxSeqNo, proven } = { ...judged, ...since };
  const deleted: string[] = [];
  const statistics = {
    _shards: { total: 1, successful: 1, failed: 0 },
    indices: { old: { shards: { 0: [startedPrimary({ documents: 100, maxSeqNo })] } } },
  };
  const es = {
    request: async ({ method, path }: ElasticsearchRequest) => {
      if (method === 'DELETE') deleted.push(path);
      if (path.includes('/_stats')) return statistics;
      return method === 'DELETE'
        ? { acknowledged: true }
        : { old: { aliases, mappings: {}, settings: settingsOf(uuid) } };
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  const pass = { now: 0, signal: new AbortController().signal, log, assertUnchanged };
  // A cast: only what is used.
  const context = { es, pass, resource: { metadata: { uid: 'owner' } } } as unknown as EffectContext;
  const action = { type: 'DeleteSource', target, maxSeqNos: proven, beside: undefined } as const;
  const error = await deleteSource(action, context).catch((thrown: unknown) => thrown);
  return { deleted, error };
}

it('goes where it is as it was judged', async () => {
  expect(await deleteWhen({})).toEqual({ deleted: ['/old'], error: undefined });
});

it.each<[string, Partial<typeof judged>]>([
  ['another index has its name', { uuid: 'another' }],
  ['an alias leads to it', { aliases: { orders: {} } }],
  ['it has taken a write', { maxSeqNo: 100 }],
  ['nothing is known of how far it was', { proven: [] }],
])('stays where %s', async (_, since) => {
  expect(await deleteWhen(since)).toEqual({ deleted: [], error: expect.any(FencedError) });
});

it('is held to a resource that nobody has edited meanwhile', async () => {
  const edited = (): never => {
    throw new FencedError('edited');
  };
  expect(await deleteWhen({}, edited)).toEqual({ deleted: [], error: expect.any(FencedError) });
});
