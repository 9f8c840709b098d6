import { expect, it } from 'vitest';
import { editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createIndex,
  difference,
  indexOf,
  numbered,
  oneShard,
  write,
} from '../../support/reindex-indices.ts';
import { bringToRest, reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();
const DATES = ['2026.02.28', '2026.03.01'];

/** Daily indexes with their own alias each, and one for all. */
async function createSeries() {
  const name = bed.name();
  for (const date of DATES) {
    await createIndex(bed.es, `${name}-v1-${date}`, oneShard);
    await write(bed.es, `${name}-v1-${date}`, numbered(30));
    await addAliases(bed.es, `${name}-v1-${date}`, { [name]: {}, [`${name}-${date}`]: {} });
  }
  await createIndex(bed.es, `${name}-v1-2026.02.30`, oneShard);
  const source = { series: `${name}-v1-{date:yyyy.MM.dd}` };
  return { name, source, destination: { series: `${name}-v2-{date:yyyy.MM.dd}` } };
}

it('copies each index of a series to the same date, one after the other, its aliases with it (R15)', async () => {
  const { name, ...names } = await createSeries();
  const { status, seen } = await reindex(bed, { from: '', to: '', ...names, writeMode: 'Online' });
  expect(status).toMatchObject({ phase: 'Completed', series: { total: 2, completed: 2 } });
  for (const date of DATES) {
    const [old, copy] = [`${name}-v1-${date}`, `${name}-v2-${date}`];
    expect(await difference(bed.es, old, copy)).toBeUndefined();
    expect((await indexOf(bed.es, copy))?.aliases).toEqual({ [name]: {}, [`${name}-${date}`]: {} });
    expect((await indexOf(bed.es, old))?.aliases).toEqual({});
  }
  const percents = seen.map(({ progress }) => progress?.percent ?? 0);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(await indexOf(bed.es, `${name}-v2-2026.02.30`)).toBeUndefined();
});

it('rests while it is suspended, and goes on where it was', async () => {
  const { name, ...names } = await createSeries();
  const request = bed.name();
  const suspend = () => editRequest(bed, request, { spec: { suspend: true } });
  const { status } = await reindex(
    bed,
    { from: '', to: '', ...names, writeMode: 'Online' },
    { name: request, at: { CatchingUp: suspend } },
  );
  expect(status.conditions?.find(({ type }) => type === 'Suspended')?.status).toBe('True');
  await editRequest(bed, request, { spec: { suspend: false } });
  const { status: ended } = await bringToRest(bed, request);
  expect(ended).toMatchObject({ phase: 'Completed', series: { completed: 2 } });
  expect((await indexOf(bed.es, `${name}-v2-2026.03.01`))?.aliases).toHaveProperty(name);
});
