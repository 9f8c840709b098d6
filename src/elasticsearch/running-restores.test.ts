import { expect, it } from 'vitest';
import type { Elasticsearch } from './elasticsearch.ts';
import { restoringIndices } from './running-restores.ts';

const answering = (answer: object): Elasticsearch => ({ request: async () => answer });

it('knows the indexes of all restores that run', async () => {
  const snapshots = [
    { state: 'INIT', indices: ['a', 'b'] },
    { state: 'STARTED', indices: ['c'] },
    { state: 'SUCCESS', indices: ['d'] },
    { state: 'FAILURE', indices: ['e'] },
  ];
  expect([...(await restoringIndices(answering({ cluster_uuid: 'c', restore: { snapshots } })))]).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect([...(await restoringIndices(answering({ cluster_uuid: 'c' })))]).toEqual([]);
  await expect(restoringIndices(answering({}))).rejects.toMatchObject({ errorClass: 'incomplete' });
});
