import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { restoredIndices } from './restore.ts';
import { restoringIndices } from './running-restores.ts';
import { indexBirths, mountedSnapshots } from './snapshot-indices.ts';

const reads = [
  ['which snapshots back mounted indexes', mountedSnapshots],
  ['which indexes are being restored', restoringIndices],
  ['which indexes a check has restored', (es) => restoredIndices(es, ['a'])],
  ['which indexes a snapshot takes', (es) => indexBirths(es, ['a'])],
] as const satisfies readonly (readonly [string, (es: ReturnType<typeof answering>) => Promise<unknown>])[];

describe('a state of the cluster without anything in it', () => {
  it.each(reads)('tells %s', async (_what, read) => {
    const es = answering({ cluster_uuid: 'c' });
    expect([...((await read(es)) as Iterable<unknown>)]).toEqual([]);
    expect(es.requests[0]?.query?.['filter_path']).toMatch(/^cluster_uuid,/);
  });

  it.each(reads)('is not known from an answer that was emptied on its way: %s', async (_what, read) => {
    for (const emptied of [{}, [], '', { cluster_uuid: null }])
      await expect(read(answering(emptied))).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});
