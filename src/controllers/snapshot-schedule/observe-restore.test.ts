import { describe, expect, it } from 'vitest';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import { someSchedule } from '../../../test/support/snapshot-schedule.ts';
import { restoredSuffix } from './names.ts';
import { readRestoring } from './observe-restore.ts';
import { STOPPED } from './restore-result.ts';

const restoring = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  startTime: '2026-06-15T12:00:00Z',
  indices: [{ source: 'a', restored: 'copy' }],
};

const UID = 'a1b2c3d4-0000-0000-0000-000000000000';
const schedule = someSchedule({ status: {}, metadata: { uid: UID } });

const state = {
  cluster_uuid: 'c',
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
  const facts = await readRestoring(schedule, restoring, failing(errorClass), new AbortController().signal);
  expect(facts).toMatchObject({ restored: [{ name: 'copy', state: 'restored' }] });
  expect(facts.comparisons).toEqual(comparisons);
});

it('an index behind an alias of a temporary name is nobody of ours', async () => {
  const es: Elasticsearch = {
    request: async () => ({
      cluster_uuid: 'c',
      metadata: { indices: { theirs: { settings: { index: { uuid: 'u2' } } } } },
    }),
  };
  expect((await readRestoring(schedule, restoring, es, new AbortController().signal)).restored).toEqual([]);
});

it('an index that somebody has created under a temporary name is nobody of ours', async () => {
  const settings = { index: { uuid: 'u1', provided_name: 'copy' } };
  const es: Elasticsearch = {
    request: async () => ({ ...state, cluster_uuid: 'c', metadata: { indices: { copy: { settings } } } }),
  };
  const facts = await readRestoring(schedule, restoring, es, new AbortController().signal);
  expect(facts).toMatchObject({ restored: [], taken: ['copy'] });
});

/** Which temporary indexes are to be dropped of these: names with the names that they were created as. */
const leftOf = async (found: Readonly<Record<string, string>>, result?: typeof STOPPED) => {
  const indices = Object.fromEntries(
    Object.entries(found).map(([name, provided_name]) => [
      name,
      { settings: { index: { uuid: name, provided_name } } },
    ]),
  );
  const es: Elasticsearch = { request: async () => ({ cluster_uuid: 'c', metadata: { indices } }) };
  const check = result === undefined ? restoring : { ...restoring, result };
  const facts = await readRestoring(schedule, check, es, new AbortController().signal);
  return facts.restored.map(({ name }) => name);
};

describe('what a restore has left that was carried out after its check was over', () => {
  const late = `orders${restoredSuffix(UID, '2026-06-08T12:00:00Z')}`;

  it('is found by the next check, with what that one has restored', async () => {
    expect(await leftOf({ copy: 'a', [late]: 'orders' }, STOPPED)).toEqual(['copy', late]);
  });

  it('is not taken for a part of a check that runs', async () => {
    expect(await leftOf({ copy: 'a', [late]: 'orders' })).toEqual(['copy']);
  });

  it.each([
    ['another schedule', { [`a${restoredSuffix('ffffff00', '2026-06-08T12:00:00Z')}`]: 'a' }],
    ['somebody who has created it under this name', { [late]: late }],
    ['somebody who calls it nearly so', { [`${late}-mine`]: 'a', [late.slice(0, -1)]: 'a' }],
  ])('is nothing of %s', async (_whose, found) => {
    expect(await leftOf(found, STOPPED)).toEqual([]);
  });
});
