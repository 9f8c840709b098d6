import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { readIndices } from './named-indices.ts';

const there = { a: { settings: { index: { uuid: 'u-1', creation_date: '1' } } } };
const figures = { _shards: { failed: 0, successful: 0 } };
const incomplete = { errorClass: 'incomplete' };

/** What is found of `a` and `b`. @param state what the state of the cluster says. */
const read = async (listed: object, state?: unknown) =>
  (await readIndices(answering(listed, figures, state), ['a', 'b'])).map(({ name }) => name);

describe('indexes that are not in the answer', () => {
  it.each([
    ['without any', { cluster_uuid: 'c' }],
    ['with one that has an alias of that name', { cluster_uuid: 'c', metadata: { indices: { other: {} } } }],
  ])('do not exist where a whole state of the cluster is %s', async (_what, state) => {
    expect(await read(there, state)).toEqual(['a']);
    expect(await read({}, state)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['has one of them', { cluster_uuid: 'c', metadata: { indices: { b: {} } } }],
    ['is empty as well', {}],
    ['is something else', []],
  ])('are not known where the state of the cluster %s', async (_what, state) => {
    await expect(read(there, state)).rejects.toMatchObject(incomplete);
    await expect(read({}, state)).rejects.toMatchObject(incomplete);
  });
});
