import { describe, expect, it } from 'vitest';
import { NOW, observed, request } from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { decide } from './decide.ts';
import { LockWatch, SILENT_MS } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';
import { knownMs } from './silence.ts';
import { situationOf } from './situation.ts';

const MINUTE = 60_000;
const { signal } = new AbortController();

/** Two locks of another operator, of which one may be renewed, and processes that wait for them one after the other. */
function world() {
  let now = NOW;
  let seqNo = 1;
  let status: ReindexRequestStatus = {};
  const doc = (id: string) => ({ _id: id, found: true, _seq_no: seqNo, _primary_term: 1, _source: {} });
  const es: Elasticsearch = { request: async () => ({ docs: [doc('orders'), doc('orders-v1')] }) };
  const process = () => new LockWatch({ monotonic: () => now, cluster: async () => 'c' });
  let watch = process();
  const look = async () => {
    const situation = situationOf(request(status), observed(), now);
    const known = (sign: string) => knownMs(situation, sign);
    const reads = { es, uid: 'me', watch, knownMs: known };
    const claims = await readClaims(['orders', 'orders-v1'], reads, signal);
    ({ status } = decide(request(status), observed({ claims }), now));
    return claims.every((claim) => claim.by === 'other' && claim.abandoned);
  };
  return {
    look,
    renew: () => (seqNo += 1),
    pass: (ms: number) => (now += ms),
    restart: () => (watch = process()),
    silence: () => status.turn?.silence,
    /** Looks twice a minute. @returns whether they count as abandoned at the end. */
    async watchFor(minutes: number): Promise<boolean> {
      for (let at = 0; at < 2 * minutes; at++) {
        await look();
        now += MINUTE / 2;
      }
      return look();
    },
  };
}

describe('the wait for a sign of life', () => {
  it('takes ten minutes', async () => {
    const one = world();
    expect([await one.watchFor(9), await one.watchFor(1)]).toEqual([false, true]);
  });

  it('goes on in a process that starts, so that many short lives come to an end as well', async () => {
    const one = world();
    const lives: boolean[] = [];
    for (let life = 0; life < 3; life++) {
      lives.push(await one.watchFor(4));
      one.pass(MINUTE / 2);
      one.restart();
    }
    expect(lives).toEqual([false, false, true]);
  });

  it('is written down once a minute, and not of whoever works', async () => {
    const one = world();
    await one.watchFor(2);
    expect(one.silence()).toBeUndefined();
    await one.watchFor(1);
    const first = one.silence();
    expect(first).toMatchObject({ minutes: 3, seen: '2026-03-01T12:03:00.000Z' });
    one.pass(MINUTE / 2);
    await one.look();
    expect(one.silence()).toBe(first);
    one.renew();
    await one.look();
    expect(one.silence()).toBeUndefined();
  });

  it.each<[string, (one: ReturnType<typeof world>) => unknown]>([
    ['there was a sign of life', (one) => one.renew()],
    ['nobody has looked for long, or the clock was set forward', (one) => one.pass(3 * MINUTE)],
    ['the clock was set back', (one) => one.pass(-MINUTE)],
  ])('begins anew where between two processes %s', async (_, happens) => {
    const one = world();
    await one.watchFor(9);
    happens(one);
    one.restart();
    expect(await one.watchFor(9)).toBe(false);
  });

  it('has a part that each process has to see itself', async () => {
    const one = world();
    await one.watchFor(9);
    one.restart();
    expect(await one.watchFor(SILENT_MS / MINUTE - 1)).toBe(false);
    expect(await one.watchFor(1)).toBe(true);
  });
});
