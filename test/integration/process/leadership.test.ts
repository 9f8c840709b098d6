import { beforeEach, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { openProcessBed, silentServer } from './process-bed.ts';
import type { ProcessBed } from './process-bed.ts';

let bed: ProcessBed;
beforeEach(async () => {
  bed = await openProcessBed();
});

/** A leader and a follower that knows all resources already. */
async function pair(): Promise<{ leader: OperatorProcess; follower: OperatorProcess }> {
  const leader = bed.start();
  await leader.logged('became the leader');
  const follower = bed.start();
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

it('does nothing any more and ends when it wakes from a long stop (H31)', async () => {
  const { leader, follower } = await pair();
  leader.signal('SIGSTOP');
  await follower.logged('became the leader', 30_000);
  const elasticsearch = await silentServer();
  await bed.createConnection('while-asleep', elasticsearch.url);
  await eventually('the new leader is at it', () => elasticsearch.asked() > 0);
  const before = leader.lines.length;
  leader.signal('SIGCONT');
  expect(await leader.exited).toBe(1);
  const after = leader.lines.slice(before);
  expect(after.map(({ level }) => level)).toContain('fatal');
  const acted = after.filter(
    ({ outcome }) => outcome !== undefined && outcome !== 'fenced' && outcome !== 'aborted',
  );
  expect(acted).toEqual([]);
});
