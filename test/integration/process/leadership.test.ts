import { afterAll, beforeEach, expect, it } from 'vitest';
import { changes } from '../../../src/elasticsearch/fenced-connections.ts';
import { type AskedElasticsearch, startElasticsearchProxy } from '../../support/elasticsearch-proxy.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { createRequest, readRequest, useReindexBed } from '../../support/reindex-bed.ts';
import { createSource, leftovers } from '../../support/reindex-indices.ts';
import { openProcessBed, startOperatorFor } from './process-bed.ts';
import type { ProcessBed } from './process-bed.ts';

const proxy = await startElasticsearchProxy(environment().elasticsearch.url);
/** For copies. An answer may be so late that it comes when the process is awake again. */
const copies = await useReindexBed({ endpoints: [proxy.url], requestTimeout: '5m' });
afterAll(() => proxy.close());
let bed: ProcessBed;
beforeEach(async () => {
  bed = await openProcessBed();
});

/** A leader and a follower that knows all resources already. */
async function pair(
  start: () => OperatorProcess = () => bed.start(),
): Promise<{ leader: OperatorProcess; follower: OperatorProcess }> {
  const leader = start();
  await leader.logged('became the leader');
  const follower = start();
  await eventually(
    'the follower is ready too',
    async () => (await follower.get('/readyz')).status === 200 || undefined,
  );
  return { leader, follower };
}

const leads = (operator: OperatorProcess): boolean =>
  operator.lines.some(({ message }) => message === 'became the leader');

async function handover(follower: OperatorProcess, from: number, limitMs: number): Promise<number> {
  await follower.logged('became the leader', limitMs);
  return performance.now() - from;
}

it('hands over within three seconds when the leader is asked to stop', async () => {
  const { leader, follower } = await pair();
  expect(leads(follower)).toBe(false);
  const start = performance.now();
  leader.signal('SIGTERM');
  expect(await handover(follower, start, 10_000)).toBeLessThan(3_000);
  expect(await leader.exited).toBe(0);
});

it('takes over within twenty seconds when the leader dies', async () => {
  const { leader, follower } = await pair();
  const start = performance.now();
  leader.signal('SIGKILL');
  expect(await handover(follower, start, 30_000)).toBeLessThan(20_000);
});

it('changes nothing any more and ends when it wakes from a long stop right before an effect (H31)', async () => {
  const { from, to, name } = await createSource(copies);
  const { leader, follower } = await pair(() => startOperatorFor(copies.namespace));
  // The last that the leader reads before it makes an index for its trial.
  const { reached, release } = holdFirst(
    ({ method, path }) => method === 'GET' && /^\/es-steward-scratch-\w{8}-\w{8}$/.test(path),
  );
  const { metadata } = await createRequest(copies, name, { from, to });
  const read = await reached;
  leader.signal('SIGSTOP');
  await follower.logged('became the leader', 30_000);
  await eventually('the follower has finished the copy', async () => {
    const { status } = (await readRequest(copies, name)) ?? {};
    return status?.phase === 'Completed' || undefined;
  });
  const [asked, told] = [proxy.asked.length, leader.lines.length];
  // It is there before the process can look at a clock.
  release();
  await eventually('the answer is on its way', () => proxy.answered.includes(read));
  leader.signal('SIGCONT');
  expect(await leader.exited).toBe(1);
  expect(leader.lines.slice(told).map(({ level }) => level)).toContain('fatal');
  // The follower has nothing left to do.
  expect(proxy.asked.slice(asked).filter(changes)).toEqual([]);
  expect(await leftovers(copies.es, metadata.uid)).toEqual([]);
});

/** Keeps the first such answer back. */
function holdFirst(isMeant: (asked: AskedElasticsearch) => boolean) {
  const reached = Promise.withResolvers<AskedElasticsearch>();
  const released = Promise.withResolvers<void>();
  let isFirst = true;
  proxy.hold = (asked) => {
    if (!isFirst || !isMeant(asked)) return undefined;
    isFirst = false;
    reached.resolve(asked);
    return released.promise;
  };
  return { reached: reached.promise, release: released.resolve };
}
