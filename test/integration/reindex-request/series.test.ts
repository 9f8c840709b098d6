import { describe, expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import {
  deleteRequest,
  editRequest,
  eraseStatus,
  requestRef,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import {
  addAliases,
  createIndex,
  difference,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  oneShard,
  write,
} from '../../support/reindex-indices.ts';
import { bringToRest, type Ended, reindex } from '../../support/reindex-run.ts';
import { type Around, startsRange } from '../../support/server-calls.ts';

const bed = await useReindexBed();
const DATES = ['2026.02.28', '2026.03.01'];

/** Daily indexes with their own alias each, and one for all. */
async function createSeries(dates: readonly string[] = DATES) {
  const name = bed.name();
  for (const date of dates) {
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
  expectOneEnd(seen, 'Completed');
});

/** Of a series, and not of each of its indexes: whoever waits for it must not be told too early. */
function expectOneEnd(seen: Ended['seen'], end: string): void {
  const isReady = ({ conditions = [] }: Ended['seen'][number]) =>
    conditions.some(({ type, status }) => (type === 'Ready' || type === 'Complete') && status === 'True');
  const ends = seen.filter((status) => status.phase === end || isReady(status));
  expect(ends.map(({ phase, series }) => [phase, series?.completed])).toEqual([[end, DATES.length]]);
}

it('checks each index in a dry run, which ends once', async () => {
  const { name, ...names } = await createSeries();
  const { status, seen } = await reindex(bed, { from: '', to: '', ...names, dryRun: true });
  expect(status).toMatchObject({ phase: 'Planned', series: { completed: 2 }, progress: { percent: 100 } });
  expectOneEnd(seen, 'Planned');
  expect(await indexOf(bed.es, `${name}-v2-${DATES[0]}`)).toBeUndefined();
});

it('is done as well when it is applied again, though no source is left', async () => {
  const { name, ...names } = await createSeries();
  const spec = { from: '', to: '', ...names, sourceAfter: { policy: 'Delete', rollbackWindow: '0s' } };
  const first = await reindex(bed, spec);
  expect(first.status).toMatchObject({ phase: 'Completed', series: { completed: 2 } });
  expect(await indexOf(bed.es, `${name}-v1-${DATES[0]}`)).toBeUndefined();
  await deleteRequest(bed, first.name);
  await bringToRest(bed, first.name);
  const again = await reindex(bed, spec, { name: first.name });
  expect(again.status).toMatchObject({ phase: 'Completed', series: { completed: 2 } });
});

it('goes on without an index that is gone before its copy begins', async () => {
  const { name, ...names } = await createSeries();
  const remove = async () => {
    await bed.es.request({ method: 'DELETE', path: `/${name}-v1-${DATES[0]}` });
  };
  const { status } = await reindex(bed, { from: '', to: '', ...names }, { at: { Pending: remove } });
  expect(status).toMatchObject({ phase: 'Completed', series: { total: 1, completed: 1 } });
  expect(status.series?.notes).toEqual([expect.stringContaining(`${name}-v1-${DATES[0]} was gone`)]);
  expect((await indexOf(bed.es, `${name}-v2-${DATES[1]}`))?.aliases).toHaveProperty(name);
});

describe('a series whose status is lost', () => {
  const DAYS = ['2026.03.01', '2026.03.02', '2026.03.03'];
  /** As soon as it works on the last of them. */
  const onTheLast = (act: (request: ReindexRequest) => Promise<void>): Around => {
    let done = false;
    return async (call, send) => {
      const answer = await send();
      // Not the trial before it, which blocks nobody.
      if (done || !startsRange(call)) return answer;
      const [request] = await requests();
      if (!request?.status?.series?.current?.endsWith(DAYS[2] ?? '')) return answer;
      done = true;
      await act(request);
      return answer;
    };
  };
  const requests = async () => {
    const { kind, namespace = '' } = requestRef(bed, '');
    const { items } = await bed.api.list<ReindexRequest>(kind, { namespace });
    return items.filter(({ status }) => status?.series?.current !== undefined);
  };

  it('does not copy again what it has moved, also when a copy of it is gone by now', async () => {
    const { name, ...names } = await createSeries(DAYS);
    const act = async ({ metadata }: ReindexRequest) => {
      await bed.es.request({ method: 'DELETE', path: `/${name}-v2-${DAYS[0]}` });
      await eraseStatus(bed, metadata.name);
    };
    const { status } = await reindex(bed, { from: '', to: '', ...names }, { around: onTheLast(act) });
    expect(status).toMatchObject({ phase: 'Completed', series: { total: 3, completed: 3 } });
    expect(await indexOf(bed.es, `${name}-v2-${DAYS[0]}`)).toBeUndefined();
    const [old, copy] = [`${name}-v1-${DAYS[2]}`, `${name}-v2-${DAYS[2]}`];
    expect(await difference(bed.es, old, copy)).toBeUndefined();
    expect(Object.keys((await indexOf(bed.es, copy))?.aliases ?? {})).toContain(name);
  });

  it('lets go of the one that it works on when it is cancelled then', async () => {
    const { name, ...names } = await createSeries(DAYS);
    const blocks: boolean[] = [];
    const isBlockedNow = async () => {
      const found = await indexOf(bed.es, `${name}-v1-${DAYS[2]}`);
      return found !== undefined && isBlocked(found);
    };
    const act = async ({ metadata }: ReindexRequest) => {
      blocks.push(await isBlockedNow());
      await editRequest(bed, metadata.name, { spec: { cancel: true } });
      await eraseStatus(bed, metadata.name);
    };
    const ended = await reindex(bed, { from: '', to: '', ...names }, { around: onTheLast(act) });
    expect(ended.status.phase).toBe('Cancelled');
    expect([...blocks, await isBlockedNow()]).toEqual([true, false]);
    expect(await leftovers(bed.es, ended.request?.metadata.uid ?? '')).toEqual([]);
    expect(await indexOf(bed.es, `${name}-v2-${DAYS[2]}`)).toBeUndefined();
    expect(await indexOf(bed.es, `${name}-v2-${DAYS[1]}`)).toBeDefined();
  });
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
