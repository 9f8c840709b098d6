import { expect, it } from 'vitest';
import { WaitingError } from '../../runtime/errors.ts';
import { decide } from './decide.ts';
import { createObserve } from './observe.ts';
import type { Observed, Schedule, Seen } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');

const restoring = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  startTime: '2026-06-15T12:00:00Z',
  indices: [{ source: 'a', restored: 'a-restore-check-1' }],
};

/** Its spec cannot be acted on any more. */
const deleted = {
  metadata: { uid: 'u', name: 'nightly', namespace: 'team', deletionTimestamp: '2026-06-15T11:59:00Z' },
  spec: { connectionRef: { name: 'main' }, repository: 'backups', schedule: 'nonsense', indices: ['*'] },
  status: { restoring },
} as unknown as Schedule;

const observe = createObserve({
  connections: { use: () => Promise.reject(new WaitingError('ConnectionNotReady', 'away', 10_000)) },
  schedules: () => [],
} as unknown as Parameters<typeof createObserve>[0]);

const pass = { signal: new AbortController().signal, now: NOW, log: { info: () => {}, warn: () => {} } };

it('throws what stands in the way of a deletion, so that it is given up in time', async () => {
  await expect(observe(deleted, pass)).rejects.toMatchObject({ reason: 'ConnectionNotReady' });
});

it('lets go of its temporary indexes and then of itself, whatever its spec says', () => {
  const index = { name: 'a-restore-check-1', uuid: 'u1', state: 'restored' } as const;
  const seen = (restored: readonly (typeof index)[]): Observed =>
    ({ type: 'seen', restore: { candidates: [], restored, comparisons: [] } }) as unknown as Seen;
  expect(decide(deleted, seen([index]), NOW)).toMatchObject({
    actions: [{ type: 'DropRestored', indices: [index] }],
    holds: true,
  });
  const last = decide(deleted, seen([]), NOW);
  expect([last.holds, last.actions, last.status.restoring]).toEqual([false, undefined, undefined]);
});
