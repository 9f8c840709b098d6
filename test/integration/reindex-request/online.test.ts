import { describe, expect, it } from 'vitest';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  twoShards,
  write,
} from '../../support/reindex-indices.ts';
import { bringToRest, reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();
const online = { writeMode: 'Online' };

const remove = (es: Elasticsearch, index: string, id: string) =>
  es.request({ method: 'DELETE', path: `/${index}/_doc/${id}`, query: { refresh: true } });
const put = (index: string, id: string, text: string) =>
  write(bed.es, index, [{ id, source: { n: Number(id), text } }]);

describe('a copy under live writes', () => {
  it('has what was written, and not what was deleted, in each of its phases (H1, H3, R16)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(200), index: twoShards });
    await addAliases(bed.es, from, { [name]: {} });
    const { status, seen } = await reindex(
      bed,
      { from, to, ...online },
      {
        fewestDocumentsPerRange: 20,
        at: {
          Copying: async () => {
            await remove(bed.es, name, '1');
            await put(name, '2', 'updated while copying');
            await put(name, '1000', 'created while copying');
          },
          CatchingUp: async () => {
            await remove(bed.es, name, '1000');
            await remove(bed.es, name, '2');
            await put(name, '3', 'updated while catching up');
          },
          Hardening: async () => {
            await remove(bed.es, name, '4');
            await put(name, '1', 'created anew');
          },
        },
      },
    );
    expect(status).toMatchObject({
      phase: 'Completed',
      verification: { verdict: expect.stringContaining('Equal') },
    });
    const percents = seen.map(({ progress }) => progress?.percent ?? 0);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const ids = (await documentsOf(bed.es, name)).map(({ id }) => id);
    expect(ids).toHaveLength(198);
    expect(ids).toContain('1');
    expect(ids).not.toContain('2');
    expect((await indexOf(bed.es, from))?.settings).not.toHaveProperty('blocks');
  });

  it('lets nobody write while the aliases move, and everybody afterwards', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(50) });
    await addAliases(bed.es, from, { [name]: {} });
    const refused: unknown[] = [];
    const { request, seen } = await reindex(
      bed,
      { from, to, ...online },
      {
        at: {
          Reconciling: async () => {
            refused.push(await put(name, '7', 'too late').catch((error: unknown) => error));
          },
        },
      },
    );
    expect(refused).toMatchObject([{ cause: { errors: true } }]);
    expect(seen.some(({ conditions }) => conditions?.some(({ reason }) => reason === 'CutOver'))).toBe(true);
    await put(name, '7', 'afterwards');
    expect((await documentsOf(bed.es, to)).find(({ id }) => id === '7')?.source).toMatchObject({
      text: 'afterwards',
    });
    expect(await leftovers(bed.es, request?.metadata.uid ?? '')).toEqual([]);
  });

  it('keeps its work while it is suspended, and catches up afterwards (H36)', async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(100) });
    await addAliases(bed.es, from, { [name]: {} });
    const { name: request, status } = await reindex(
      bed,
      { from, to, ...online },
      {
        at: { CatchingUp: () => editRequest(bed, requestName(), { spec: { suspend: true } }) },
        name: requestName(),
      },
    );
    expect(status.conditions?.find(({ type }) => type === 'Suspended')?.status).toBe('True');
    const source = await indexOf(bed.es, from);
    expect(source && isBlocked(source)).toBe(false);
    await remove(bed.es, name, '9');
    await put(name, '8', 'written while suspended');
    await editRequest(bed, request, { spec: { suspend: false } });
    const { status: ended } = await bringToRest(bed, request);
    expect(ended).toMatchObject({ phase: 'Completed', attempt: 1 });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });
});

const names = { suspended: bed.name() };
function requestName(): string {
  return names.suspended;
}
