import { expect, it } from 'vitest';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { readRestoring } from './observe-restore.ts';

const restoring = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  startTime: '2026-06-15T12:00:00Z',
  indices: [{ source: 'a', restored: 'copy' }],
};

const state = {
  metadata: { indices: { copy: { settings: { index: { uuid: 'u1' } } } } },
  routing_table: { indices: { copy: { shards: { 0: [{ state: 'STARTED', primary: true }] } } } },
};

const failing = (errorClass: 'unavailable' | 'forbidden'): Elasticsearch => ({
  request: ({ path }) =>
    path.startsWith('/_cluster/state')
      ? Promise.resolve(state)
      : Promise.reject(new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: 'no' })),
});

it.each([
  ['unavailable', [{ source: 'a', restored: undefined, living: undefined, unchanged: false }]],
  ['forbidden', undefined],
] as const)('an index whose comparison is %s stops nothing', async (errorClass, comparisons) => {
  const facts = await readRestoring(restoring, failing(errorClass), new AbortController().signal);
  expect(facts).toMatchObject({ restored: [{ name: 'copy', state: 'restored' }] });
  expect(facts.comparisons).toEqual(comparisons);
});

it('an index behind an alias of a temporary name is nobody of ours', async () => {
  const es: Elasticsearch = {
    request: async () => ({
      metadata: { indices: { theirs: { settings: { index: { uuid: 'u2' } } } } },
    }),
  };
  expect((await readRestoring(restoring, es, new AbortController().signal)).restored).toEqual([]);
});

it('an index that somebody has created under a temporary name is nobody of ours', async () => {
  const settings = { index: { uuid: 'u1', provided_name: 'copy' } };
  const es: Elasticsearch = {
    request: async () => ({ ...state, metadata: { indices: { copy: { settings } } } }),
  };
  const facts = await readRestoring(restoring, es, new AbortController().signal);
  expect(facts).toMatchObject({ restored: [], taken: ['copy'] });
});
