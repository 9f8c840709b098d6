import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reindexRequest, type ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { copied, inCopy, observed, request, run, source } from '../../../test/support/reindex-situations.ts';
import { packed, unpacked } from './packed-journal.ts';
import type { Copy } from './rounds.ts';

/** As Elasticsearch makes it: for each shard its index, node and session, and a number of its own. */
function pointInTime(shards: number): string {
  const [index, uuid, ...nodes] = ['orders-v1-with-a-name-of-some-length', ...ids(4)];
  const first = randomInt(1_000_000);
  const parts = Array.from({ length: shards }, (_, shard) =>
    [index, uuid, shard, nodes[shard % nodes.length], first + shard].join('\0'),
  );
  return Buffer.from(parts.join(''), 'latin1').toString('base64url');
}
const ids = (count: number) => Array.from({ length: count }, () => randomBytes(16).toString('base64url'));

/** Nothing about the numbers of one shard is known from those of another. */
function largeCopy(count: number): Copy {
  const numbers = Array.from({ length: count }, (_, shard) => ({ shard, last: randomInt(100_000_000) }));
  return {
    ...(copied.copy ?? Object()),
    round: 1,
    pit: pointInTime(count),
    previousPit: pointInTime(count),
    previous: numbers.map(({ shard, last }) => ({ shard, maxSeqNo: last - 1_001 })),
    shards: numbers.map(({ shard, last }) => ({
      shard,
      from: last - 1_000,
      maxSeqNo: last,
      primaryTerm: randomInt(1, 5),
      settle: last + randomInt(100),
      documents: randomInt(100_000_000),
      rangeWidth: randomInt(25_000, 500_000),
    })),
    done: numbers.slice(0, count / 2).map(({ shard, last }) => ({ shard, from: last - 1_000, to: last })),
    provisional: numbers
      .slice(count / 2)
      .map(({ shard, last }) => ({ shard, from: last - 1_000, to: last, after: last })),
  };
}

const sizeOf = (status: ReindexRequestStatus) => JSON.stringify(status).length;

describe('the journal of a copy', () => {
  it('of few shards is written as it is', () => {
    expect(packed(copied)).toBe(copied);
    expect(unpacked(copied)).toBe(copied);
  });

  it.each([65, 300])('of %d shards comes back as it was, and has its place in a status', (count) => {
    const status = { ...copied, copy: largeCopy(count) };
    const written = packed(status);
    expect(unpacked(written)).toEqual(status);
    const numbers = Array.from({ length: count }, () => randomInt(100_000_000));
    const whole = { ...written, cutoverMaxSeq: { source: numbers, destination: numbers } };
    expect(sizeOf(whole)).toBeLessThan(32 * 1024);
    expect(reindexRequest.status.safeParse(JSON.parse(JSON.stringify(whole))).success).toBe(true);
    expect(packed(unpacked(written))).toEqual(written);
  });

  it('is packed by every decision, which has judged it unpacked', () => {
    const status = packed({ ...copied, copy: largeCopy(300) });
    const decision = run(request(status), observed(inCopy));
    expect(decision.status.copy?.packed).toBeDefined();
    expect(decision.status.copy?.shards).toEqual([]);
    expect(decision.status.failure).toBeUndefined();
  });

  it.each([
    [128, undefined],
    [129, 'PreflightFailed'],
  ])('of %d shards can be kept while writes go on, or is refused: %s', (count, reason) => {
    const resource = request({ phase: 'Validating' }, { writeMode: 'Online' });
    const settings = { number_of_shards: String(count), number_of_replicas: '0' };
    const { status } = run(resource, observed({ sources: [source({ settings })] }));
    expect(status.failure?.reason).toBe(reason);
  });
});

it('that somebody has changed counts as lost, with the whole status but the place in a series', () => {
  const series = { total: 3, completed: 1 };
  const written = { ...copied, series, copy: { ...(copied.copy ?? Object()), packed: 'bm90aGluZw==' } };
  expect(unpacked(written)).toEqual({ series });
});
