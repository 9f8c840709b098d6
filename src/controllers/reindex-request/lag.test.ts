import { describe, expect, it } from 'vitest';
import {
  copied,
  copying,
  facts,
  inCopy,
  NOW,
  observed,
  request,
  run,
  shards,
  source,
  sums,
  EPOCH,
} from '../../../test/support/reindex-situations.ts';
import { decide } from './decide.ts';
import { lagWaitMs } from './lag.ts';

describe('the next look at a copy of a shard that lags', () => {
  it.each([
    ['at once at first', 0, false, 50],
    ['after a quarter of what the lag has lasted', 8_000, false, 2_000],
    ['but not for ever', 600_000, false, 5_000],
    ['and soon where writers wait', 600_000, true, 500],
  ])('comes %s', (_, lag, isBlocked, wait) => {
    expect(lagWaitMs(lag, isBlocked)).toBe(wait);
  });
});

const { fence: _fence, blockedSince: _since, ...free } = copied;
const online = { writeMode: 'Online' };
const unfenced = observed({ ...inCopy, sources: [source({ aliases: { orders: {}, [EPOCH]: {} } })] });
const copy = { ...copying.copy, shards, sums, fenced: false };

describe('a copied range that waits for its shard', () => {
  const provisional = [{ shard: 0, from: 0, to: 99, after: 200 }];
  const lagging = [
    { ...facts[0], shard: 0, maxSeqNo: 200, globalCheckpoint: 150, documents: 1, primaryTerm: 1 },
  ];
  const async = { number_of_shards: '1', number_of_replicas: '1', translog: { durability: 'async' } };
  const at = { sources: [source({ aliases: { orders: {}, [EPOCH]: {} }, settings: async })] };
  const seen = { ...unfenced, ...at, shards: lagging };
  const status = { ...free, copy: { ...copy, done: [], running: [], provisional } };

  it('is looked at again right after the first flush, and then less and less', () => {
    const first = run(request(status, online), seen);
    expect(first.actions).toMatchObject([{ type: 'Flush' }]);
    expect(first).toMatchObject({ next: 'now', status: { copy: { lagSince: expect.any(String) } } });
    const later = decide(request(first.status, online), seen, NOW + 8_000);
    expect(later.next).toBe(2_000);
    expect(later.status.copy?.lagSince).toBe(first.status.copy?.lagSince);
  });

  it('is left to what is in flight for a second, where each write is on the disk at once', () => {
    const inFlight = { ...unfenced, shards: lagging };
    const first = run(request(status, online), inFlight);
    expect(first).toMatchObject({ actions: [], next: 50 });
    expect(decide(request(first.status, online), inFlight, NOW + 900).actions).toEqual([]);
    const later = decide(request(first.status, online), inFlight, NOW + 1_100);
    expect(later.actions).toMatchObject([{ type: 'Flush' }]);
  });

  it('is forgotten when its shard has caught up', () => {
    const first = run(request(status, online), seen);
    const caughtUp = [{ shard: 0, maxSeqNo: 200, globalCheckpoint: 200, documents: 1, primaryTerm: 1 }];
    const done = run(request(first.status, online), { ...seen, shards: caughtUp });
    expect(done.status.copy?.lagSince).toBeUndefined();
  });
});

describe('a round that has not settled', () => {
  it('asks less and less', () => {
    const status = {
      ...free,
      copy: { ...copy, settled: false, done: [], running: [], pitTime: '2026-03-01T12:00:00Z' },
    };
    const look = (ms: number) => decide(request(status, online), unfenced, NOW + ms);
    // As soon as it has settled it goes on.
    expect(look(0).next).toBe('now');
    expect([0, 8_000, 60_000].map((ms) => look(ms).idleMs)).toEqual([50, 2_000, 5_000]);
    const flushes = (ms: number) => look(ms).actions?.map((action) => 'flush' in action && action.flush);
    expect([0, 900, 1_100].map(flushes)).toEqual([[false], [false], [true]]);
  });
});

describe('a pause after a refusal (H26)', () => {
  const running = [{ shard: 0, from: 0, to: 49, try: 3 }];
  const paused = { ...copy, done: [], running, pausedUntil: '2026-03-01T12:00:08Z', lastRetry: 'a refusal' };
  it('is waited for as a whole', () => {
    expect(run(request({ ...free, copy: paused }, online), unfenced).next).toBe(8_000);
  });

  it('is looked into twice a second where writers wait', () => {
    const fenced = { ...copied, copy: { ...paused, fenced: true, round: 1 } };
    expect(run(request(fenced, online), observed(inCopy)).next).toBe(500);
  });

  it('is over when the clock was set back meanwhile: no pause is that long', () => {
    const early = decide(request({ ...free, copy: paused }, online), unfenced, NOW - 3_600_000);
    expect(early.next).toBe('now');
    const intents = { ...paused, running: [] };
    const back = decide(request({ ...free, copy: intents }, online), unfenced, NOW - 3_600_000);
    expect(back.status.copy?.running.length).toBeGreaterThan(0);
    expect(run(request({ ...free, copy: intents }, online), unfenced).status.copy?.running).toEqual([]);
  });

  it('is not waited for while a task runs', () => {
    const both = [...running, { shard: 0, from: 50, to: 99, try: 0, task: 'n:1' }];
    const status = { ...free, copy: { ...paused, running: both } };
    expect(run(request(status, online), unfenced).next).toBe(2_000);
  });
});
