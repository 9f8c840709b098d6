import { describe, expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { createRequest, requestRef, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createIndex,
  createSource,
  difference,
  indexOf,
  numbered,
  oneShard,
  write,
} from '../../support/reindex-indices.ts';
import { bringToRest, reindex } from '../../support/reindex-run.ts';
import type { Ended } from '../../support/reindex-run.ts';

const bed = await useReindexBed({ maxConcurrentOperations: 1 });

const source = () => createSource(bed, { documents: numbered(120) });

const RUNNING = /^(Validating|Preparing|Fencing|Copying|Hardening|Verifying|CuttingOver)$/;

/** One process for each, all with the same view of the requests, as a watch gives it. */
async function together(names: readonly string[]) {
  let view: readonly ReindexRequest[] = [];
  let mostRunning = 0;
  const look = async () => {
    const { kind, namespace } = requestRef(bed, '');
    const { items } = await bed.api.list<ReindexRequest>(kind, { namespace: namespace ?? '' });
    view = items.filter(({ metadata }) => names.includes(metadata.name));
    const running = view.filter(({ status }) => RUNNING.test(status?.phase ?? ''));
    mostRunning = Math.max(mostRunning, running.length);
  };
  await look();
  // One after the other: of two at once the older answer could come last, and stay.
  let looking = Promise.resolve();
  const lookAgain = () => (looking = looking.then(look));
  const run = (name: string) =>
    bringToRest(bed, name, {
      requests: () => view,
      around: async (call, send) => {
        const answer = await send();
        if (call.shape === 'PATCH reindexrequests/status') await lookAgain();
        return answer;
      },
    });
  const ends = await Promise.all(names.map(run));
  return { ends, mostRunning };
}

describe('requests of one connection', () => {
  it('take turns where only one may run, and say whom they wait for', async () => {
    const [first, second] = [await source(), await source()];
    await createRequest(bed, first.name, first);
    await createRequest(bed, second.name, second);
    const { ends, mostRunning } = await together([second.name, first.name]);
    expect(ends.map(({ status }) => status.phase)).toEqual(['Completed', 'Completed']);
    expect(mostRunning).toBe(1);
    const waited = ends.flatMap(({ seen }) => seen).flatMap(({ conditions = [] }) => conditions);
    expect(waited).toContainEqual(expect.objectContaining({ type: 'Ready', reason: 'WaitingForTurn' }));
  });

  it('may build upon each other: v1 to v2, and v2 to v3', async () => {
    const { from, to, name } = await source();
    const last = `${name}-last`;
    await createRequest(bed, `${name}-a`, { from, to });
    await createRequest(bed, `${name}-b`, { from: to, to: last });
    const { ends } = await together([`${name}-b`, `${name}-a`]);
    expect(ends.map(({ status }) => status.phase)).toEqual(['Completed', 'Completed']);
    expect(await difference(bed.es, from, last)).toBeUndefined();
    expect((await indexOf(bed.es, to))?.aliases).toEqual({});
  });
});

it('builds a series upon another one that has yet to make it, whichever comes first', async () => {
  const name = bed.name();
  const dates = ['2026.02.28', '2026.03.01'];
  for (const date of dates) {
    await createIndex(bed.es, `${name}-v1-${date}`, oneShard);
    await write(bed.es, `${name}-v1-${date}`, numbered(20));
    await addAliases(bed.es, `${name}-v1-${date}`, { [name]: {} });
  }
  const version = (number: number) => ({ series: `${name}-v${number}-{date:yyyy.MM.dd}` });
  const apply = (request: string, number: number) =>
    createRequest(bed, request, {
      from: '',
      to: '',
      source: version(number),
      destination: version(number + 1),
      writeMode: 'Online',
    });
  await apply(`${name}-b`, 2);
  await apply(`${name}-a`, 1);
  const { ends } = await together([`${name}-b`, `${name}-a`]);
  for (const { status } of ends)
    expect(status).toMatchObject({ phase: 'Completed', series: { total: 2, completed: 2 } });
  for (const date of dates) {
    expect(await difference(bed.es, `${name}-v1-${date}`, `${name}-v3-${date}`)).toBeUndefined();
    expect((await indexOf(bed.es, `${name}-v3-${date}`))?.aliases).toEqual({ [name]: {} });
  }
});

describe('progress (R2)', () => {
  const stages = ({ seen }: Ended) => seen.map(({ progress }) => progress?.message ?? '');
  const first = (messages: readonly string[], pattern: RegExp) =>
    messages.findIndex((one) => pattern.test(one));

  it('goes through its stages in order and never back', async () => {
    const { from, to } = await source();
    const ended = await reindex(bed, { from, to });
    const percents = ended.seen.map(({ progress }) => progress?.percent ?? 0);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    const messages = stages(ended);
    const order = [
      /^Starting reindex\.\.\.$/,
      /^\[.*-new\] Total: 120 Completed: \d+ VersionConflicts: 0$/,
      /^Total: 120 Completed: 120$/,
      /^Old Docs: 120 New Docs: 120$/,
      /^Updated aliases: .* Remove: .*-old Add: .*-new$/,
      /^Reindex complete/,
    ].map((pattern) => first(messages, pattern));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('shows 100 only after the proof', async () => {
    const { from, to } = await source();
    const { seen } = await reindex(bed, { from, to });
    const complete = seen.filter(({ progress }) => progress?.percent === 100);
    expect(complete.length).toBeGreaterThan(0);
    expect(complete.every(({ verification }) => verification?.verdict?.startsWith('Equal'))).toBe(true);
  });
});
